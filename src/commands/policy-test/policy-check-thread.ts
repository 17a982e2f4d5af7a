/** The thread that checks one policy and ends. Loaded by `policy-check.ts` alone. */
import { parentPort, workerData } from 'node:worker_threads';
import { checkHere, toAnswer, type CheckTask } from './policy-check.ts';

const { path, env, given } = workerData as CheckTask;
parentPort?.postMessage(toAnswer(await checkHere(path, env, given)));
