/** How the identity provider knows an agent: the policy's `identity.subject`, filled in. */
import type { Agent } from '../domain/agent.ts';
import { isSameName } from '../domain/name.ts';
import { IdentityError } from './errors.ts';

/** `email` and `username` are short for the templates with only that. */
export function templateOf(subject: string): string {
  return subject === 'email' || subject === 'username' ? `{${subject}}` : subject;
}

/** Fills in the template. Throws `IdentityError` where the agent lacks what it asks for: no user is looked up by half a name. */
export function subjectOf(template: string, agent: Agent): string {
  const filled = templateOf(template).replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = partOf(name, agent);
    if (value === '')
      throw new IdentityError('gone', `the agent has no ${name} to look for at the identity provider`);
    return value;
  });
  if (/[\p{Cc}\p{Cf}]/u.test(filled)) {
    throw new IdentityError('gone', 'the agent’s name for the identity provider holds control characters');
  }
  return filled;
}

function partOf(name: string, agent: Agent): string {
  const email = agent.email.trim();
  switch (name) {
    case 'email':
      return email;
    case 'username':
      return agent.username.trim();
    case 'local':
      return email.slice(0, Math.max(0, email.lastIndexOf('@')));
    case 'id':
      return agent.id;
    default:
      return '';
  }
}

/** Whether the provider answered about the very user that was asked for, as names are compared everywhere. */
export function isSame(asked: string, answered: unknown): boolean {
  return typeof answered === 'string' && isSameName(answered, asked);
}
