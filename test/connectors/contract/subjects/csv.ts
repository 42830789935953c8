import { createFileSubject } from './file-subject.ts';

export const csvSubject = createFileSubject('csv', {
  head: 'sku,name,price\r\n',
  row: (index) => `sku-${index},"Lamp, ${'large '.repeat(12)}",${index}.5\r\n`,
  tail: '',
});
