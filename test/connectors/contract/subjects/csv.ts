import { createFileSubject, type FileFormat } from './file-subject.ts';
import { createServerSubject } from './server-subject.ts';

const FORMAT: FileFormat = {
  head: 'sku,name,price\r\n',
  row: (index) => `sku-${index},"Lamp, ${'large '.repeat(12)}",${index}.5\r\n`,
  tail: '',
};

export const csvSubject = createFileSubject('csv', FORMAT);
export const csvOverFtpSubject = createServerSubject('csv', 'ftp', FORMAT);
