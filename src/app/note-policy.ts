/** Leaves what each change of the policy changed in the store, for the page. */
import type { Store } from '../ports/store.ts';
import { POLICY_NOTE, policyNoteBody, policyNotesOf, type PolicyChangeNote } from '../store/policy-note.ts';
import type { Redactor } from '../texts/redactor.ts';

/** Notes one change. A store that does not take it is none of its concern: the record, which is tried again, has the change as well. */
export async function notePolicy(
  change: PolicyChangeNote,
  store: Pick<Store, 'facts' | 'setFacts'>,
  redactor: Pick<Redactor, 'hide'>,
): Promise<void> {
  try {
    const before = policyNotesOf((await store.facts()).get(POLICY_NOTE));
    const body = policyNoteBody(before, {
      ...change,
      changes: change.changes.map((text) => redactor.hide(text)),
    });
    await store.setFacts(new Map([[POLICY_NOTE, body]]));
  } catch {
    // The next change is noted again.
  }
}
