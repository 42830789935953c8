import { createFileSubject } from './file-subject.ts';

export const jsonSubject = createFileSubject('json', {
  head: '[{"sku":"sku-0","name":"first"}',
  row: (index) =>
    index === 0 ? '' : `,\n{"sku":"sku-${index}","name":"Lamp, ${'large '.repeat(12)}","price":${index}.5}`,
  tail: ']',
});
