import { open, rename } from 'node:fs/promises';

/** The file has either its old or its new contents, whatever happens meanwhile; mode 0600 unless told otherwise. */
export async function writeFileAtomically(file: string, contents: string, mode = 0o600): Promise<void> {
  const unfinished = `${file}.${process.pid}`;
  const handle = await open(unfinished, 'w', mode);
  try {
    await handle.writeFile(contents);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(unfinished, file);
}
