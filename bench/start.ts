/** From the start of the process to the first sweep's begin. */
import { ended, firstMatch, startCentre, startWorker } from './centre.ts';
import { median, type Row } from './measure.ts';

export async function benchStart(): Promise<readonly Row[]> {
  const centre = await startCentre(500);
  const took: number[] = [];
  try {
    for (let i = 0; i < 5; i += 1) {
      const begun = Date.now();
      const worker = startWorker(centre);
      took.push(Date.parse(await firstMatch(worker, /"startedAt":"([^"]+)"/)) - begun);
      await ended(worker);
    }
  } finally {
    await centre.close();
  }
  const ms = median(took);
  return [
    {
      what: 'first sweep begins after',
      measured: `${ms.toFixed(0)} ms`,
      target: 'under 2 s',
      met: ms < 2_000,
    },
  ];
}
