/** Channels of the notification service: made, subscribed and listed. Their sockets are in `sockets.ts`. */
import type { Notifications } from '../notifications.ts';
import { badRequest, notFound } from './refusal.ts';
import { ok, type Ask, type Reply, type Route } from './route.ts';
import { field } from './user-filters.ts';

/** Where the sockets of channels are found. */
export const SOCKETS = '/channels/';

/** The routes. `address`: the server's own, once it listens. */
export function notificationRoutes(notifications: Notifications, address: () => string): readonly Route[] {
  const base = '/api/v2/notifications/channels';
  const subscriptions = `${base}/{id}/subscriptions`;
  return [
    {
      method: 'POST',
      path: base,
      operation: 'postNotificationsChannels',
      answer: () => {
        const { id, expiresAt } = notifications.create();
        const connectUri = `${address().replace('http:', 'ws:')}${SOCKETS}${id}`;
        return ok({ id, connectUri, expires: new Date(expiresAt).toISOString() });
      },
    },
    {
      method: 'PUT',
      path: subscriptions,
      operation: 'putNotificationsChannelSubscriptions',
      answer: (ask) => subscribe(notifications, ask),
    },
  ];
}

function subscribe(notifications: Notifications, { id, body, query }: Ask): Reply {
  const channel = notifications.find(id);
  if (channel === undefined) throw notFound('Channel');
  if (!Array.isArray(body)) throw badRequest('the body must be a list of topics');
  const topics = body.map((topic: unknown) => field(topic, 'id'));
  const names = topics.filter((name) => typeof name === 'string');
  if (names.length < topics.length) throw badRequest('a topic must have an id');
  const states = subscribeTo(notifications, channel, names);
  const isRefused = states.some(({ state }) => state === 'Rejected');
  if (isRefused && query.get('ignoreErrors') !== 'true') throw badRequest('a topic was rejected');
  return ok({ entities: states });
}

function subscribeTo(
  notifications: Notifications,
  channel: Parameters<Notifications['subscribe']>[0],
  names: readonly string[],
): ReturnType<Notifications['subscribe']> {
  try {
    return notifications.subscribe(channel, names);
  } catch (error) {
    if (error instanceof RangeError) throw badRequest(error.message);
    throw error;
  }
}
