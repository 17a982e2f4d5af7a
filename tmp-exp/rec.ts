import { recordMonth } from '../bench/past.ts';
console.log(await recordMonth(process.argv[2]!, Number(process.argv[3])));
