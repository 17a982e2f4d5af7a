/** A policy has one store. */
import type { Checking } from './checking.ts';
import { addressOf } from '../store/postgres/address.ts';
import { StoreError } from '../store/errors.ts';

/** Checks that the database can be told from the address, and that no file stands beside it. */
export function checkStore({ source, faults }: Pick<Checking, 'source' | 'faults'>): void {
  const path = ['store', 'postgres'];
  const postgres = source.at(path);
  if (typeof postgres !== 'string') return;
  if (source.at(['store', 'sqlite']) !== undefined)
    faults.add(['store', 'sqlite'], 'stands beside postgres: a policy has one store');
  if (source.isAbsent(path) || !/^postgres(?:ql)?:\/\/\S+$/.test(postgres)) return;
  try {
    addressOf(postgres);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    faults.add(path, error.message.replace(/^The address of the database \(store\.postgres\) |\.$/g, ''));
  }
}
