import { createFileSubject, type FileFormat } from './file-subject.ts';
import { createServerSubject } from './server-subject.ts';

const FORMAT: FileFormat = {
  head: '[{"sku":"sku-0","name":"first"}',
  row: (index) =>
    index === 0 ? '' : `,\n{"sku":"sku-${index}","name":"Lamp, ${'large '.repeat(12)}","price":${index}.5}`,
  tail: ']',
};

export const jsonSubject = createFileSubject('json', FORMAT);
export const jsonOverSftpSubject = createServerSubject('json', 'sftp', FORMAT);
