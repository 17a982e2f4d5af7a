import { expect, test } from '@jest/globals';
import { placesFor } from '../../../src/controller/actuator/places.ts';

/** A job that is over when it is told to be. */
function job(): { readonly run: () => Promise<void>; readonly end: (error?: Error) => void; begun: boolean } {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const made = {
    begun: false,
    run: async () => {
      made.begun = true;
      await promise;
    },
    end: (error?: Error) => {
      if (error === undefined) resolve(undefined);
      else reject(error);
    },
  };
  return made;
}

async function settled(): Promise<void> {
  for (let n = 0; n < 5; n += 1) await new Promise((resolve) => setImmediate(resolve));
}

test('no more jobs are begun than there are places, and the next one when a job is over', async () => {
  const place = placesFor(2, 60_000);
  const jobs = [job(), job(), job()];
  const all = Promise.all(jobs.map(({ run }) => place(run)));
  await settled();
  expect(jobs.map(({ begun }) => begun)).toEqual([true, true, false]);
  jobs[1]!.end();
  await settled();
  expect(jobs.map(({ begun }) => begun)).toEqual([true, true, true]);
  for (const { end } of jobs) end();
  await all;
});

test('a job that hangs gives its place to the next one, and is still waited for', async () => {
  const place = placesFor(1, 5);
  const [hanging, next] = [job(), job()];
  let over = false;
  const first = place(hanging.run).then(() => {
    over = true;
  });
  const second = place(next.run);
  next.end();
  await second;
  expect([next.begun, over]).toEqual([true, false]);
  hanging.end();
  await first;
});

test('a job that fails fails, with a place or without one', async () => {
  const place = placesFor(1, 5);
  const [soon, late, next] = [job(), job(), job()];
  const first = place(soon.run);
  soon.end(new Error('at once'));
  await expect(first).rejects.toThrow('at once');
  const second = place(late.run);
  const third = place(next.run);
  next.end();
  await third;
  late.end(new Error('much later'));
  await expect(second).rejects.toThrow('much later');
});
