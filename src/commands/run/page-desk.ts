/** What users who are signed in on the page ask and do: through the store, as the commands of a shell do. */
import { naming } from '../../app/naming.ts';
import type { StoredAgent } from '../../domain/record.ts';
import type { Called } from '../../server/page/facts.ts';
import { MOST_FOUND, type Deed, type Desk } from '../../server/page/latest.ts';
import { explainStored } from '../explain/command.ts';
import { linesOf } from '../explain/view.ts';
import { tellingApart } from '../shared/identities.ts';
import { timesIn } from '../shared/times.ts';
import { stayAtDesk } from './page-stay.ts';
import { zoneOf, type DeskStore, type PageSubject } from './page-subject.ts';

/** The desk of one organisation. Its methods reject where there is no store or no policy yet. */
export function deskOf(
  subject: Pick<PageSubject, 'loaded' | 'now'> & { readonly store: () => DeskStore | undefined },
): Desk {
  const storeThere = (): DeskStore => {
    const store = subject.store();
    if (store === undefined) throw new Error('the store is not open');
    return store;
  };
  return {
    find: async (text) => {
      const found = await storeThere().findAgents(text);
      const first = found.slice(0, MOST_FOUND + 1);
      return first.map(calledApart(subject, first));
    },
    explain: async (id) => {
      const [store, loaded] = [storeThere(), subject.loaded()];
      // An id alone is asked for: a part of a name would be told apart from none.
      const agent = (await store.findAgents(id)).find((each) => each.id === id);
      if (agent === undefined || loaded === undefined || loaded.settings.log.identities === 'hash')
        return undefined;
      const { called } = calledBy(subject, agent);
      const now = subject.now();
      const named = loaded.settings.log.identities === 'name' ? agent : { ...agent, name: id, email: '' };
      const explanation = await explainStored(store, loaded, named, now);
      const lines = linesOf(explanation, timesIn(zoneOf(loaded), now), (head, rows) => [{ head, rows }]);
      // The first line has the address as well, which the title need not repeat.
      return { called, lines: loaded.settings.log.identities === 'name' ? lines : lines.slice(2) };
    },
    inLog: (id) => calledBy(subject, { id, name: id }).called,
    pause: async (until, { by, reason }) => {
      const since = subject.now();
      const who = byOf(by);
      await storeThere().setPause(
        { since, until, reason, by: who },
        { kind: 'pause', at: since, reason, by: who },
      );
    },
    endSession: async (id, until) => {
      await storeThere().sessions.end(id, until, subject.now());
    },
    isSessionEnded: async (id) => await storeThere().sessions.isEnded(id),
    stay: async (ticket, deed) => await stayAtDesk(subject, storeThere(), ticket, deed),
    resume: async ({ by, reason }) => {
      const store = storeThere();
      await store.setPause(undefined, { kind: 'resume', at: subject.now(), reason, by: byOf(by) });
      await store.requestResume();
    },
  };
}

/** Users of the page are told apart from users of a machine. */
function byOf(by: Deed['by']): string {
  return `${by} (page)`;
}

/**
 * How the policy wants these agents to be called, with what tells those of one name apart; without an id where it wants none to be
 * shown.
 */
export function calledApart(
  { loaded }: Pick<PageSubject, 'loaded'>,
  agents: readonly Pick<StoredAgent, 'id' | 'name' | 'email'>[],
): (agent: Pick<StoredAgent, 'id' | 'name'>) => Called {
  // Before there is a policy that can be used, ids: a name that was shown cannot be taken back.
  const identities = loaded()?.settings.log.identities ?? 'id';
  const each = new Map(agents.map((agent) => [agent.id, agent])).values();
  const call = tellingApart({ identities, call: naming(identities) }, each);
  return (agent) => ({ called: call(agent), id: identities === 'hash' ? undefined : agent.id });
}

function calledBy(subject: Pick<PageSubject, 'loaded'>, agent: Pick<StoredAgent, 'id' | 'name'>): Called {
  return calledApart(subject, [])(agent);
}
