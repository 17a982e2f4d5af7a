/** Messages on the wire: what Slack, Teams, a program and a mail server get, and what is said when they do not. */
import { createHmac } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SMTPServer } from 'smtp-server';
import { HOUR, MINUTE, SECOND } from '../../src/domain/time/time.ts';
import { DeliveryError } from '../../src/notify/errors.ts';
import { sendMail } from '../../src/notify/channels/email/smtp.ts';
import { mailOf } from '../../src/notify/channels/email/channel.ts';
import type { Channel, Message } from '../../src/notify/message.ts';
import { Poster } from '../../src/notify/post.ts';
import { createSender, type Sender } from '../../src/notify/send.ts';
import { letterOf } from '../../src/notify/words.ts';
import { BASE, channel, message, Receiver } from './parts.ts';

let receiver: Receiver;
let sender: Sender;
const never = new AbortController().signal;

beforeEach(async () => {
  receiver = await Receiver.open();
  sender = createSender({}, () => BASE);
});

afterEach(async () => {
  await sender.close();
  await receiver.close();
});

const MESSAGE = message({
  count: 12,
  items: [{ agent: 'Ana <!channel> & Co', rule: 'gone', measured: 62 * MINUTE, limit: 60 * MINUTE }],
});

async function faultOf(work: Promise<unknown>): Promise<DeliveryError> {
  const fault = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(fault).toBeInstanceOf(DeliveryError);
  return fault as DeliveryError;
}

function send(one: Partial<Channel>, what: Message = MESSAGE): Promise<void> {
  return sender.send(channel({ ...one, url: one.url ?? `${receiver.url}/s3cr3t` }), what, never);
}

describe('a hook', () => {
  test('of Slack gets blocks that say what, who, and what to do, and in which no user is mentioned', async () => {
    await send({ type: 'slack' });
    const [body] = receiver.bodies('/s3cr3t');
    expect(body).toMatchObject({
      text: 'Idle agents are held after the last rung (12)',
      blocks: [
        { type: 'header', text: { type: 'plain_text' } },
        {
          type: 'section',
          text: { type: 'mrkdwn', text: expect.stringContaining('an agent is held') as unknown },
        },
        {
          type: 'section',
          text: {
            text: 'agent Ana &lt;!channel&gt; &amp; Co · rule gone · measured 1h2m · limit 1h',
            verbatim: true,
          },
        },
        { type: 'section', text: { text: '… and 11 more' } },
        {
          type: 'context',
          elements: [
            { text: expect.stringContaining('close their browsers') as unknown },
            { text: expect.stringContaining('IdleEnforcerHeld') as unknown },
          ],
        },
      ],
    });
  });

  test('of a Teams workflow gets an adaptive card, whose text is shown as it is', async () => {
    await send({ type: 'teams' });
    const [body] = receiver.bodies('/s3cr3t');
    expect(body).toMatchObject({
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          contentUrl: null,
          content: { type: 'AdaptiveCard', version: '1.4', msteams: { width: 'Full' } },
        },
      ],
    });
    const [{ content }] = body!['attachments'] as [
      { content: { body: { type: string; inlines: { text: string }[] }[] } },
    ];
    expect(content.body.map(({ type }) => type)).toEqual(Array(6).fill('RichTextBlock'));
    expect(content.body[2]?.inlines[0]?.text).toContain('Ana <!channel> & Co');
  });

  test('of a program gets the facts, signed together with the time', async () => {
    await send({ secret: 'k3y' });
    const [{ headers, body }] = receiver.received as [(typeof receiver.received)[0]];
    expect(JSON.parse(body)).toMatchObject({
      id: 'm-1',
      at: '2026-03-02T09:00:00.000Z',
      kind: 'held',
      count: 12,
      items: [{ rule: 'gone', measured_seconds: 3_720, limit_seconds: 3_600 }],
    });
    const t = BASE / SECOND;
    const wanted = createHmac('sha256', 'k3y').update(`${t}.${body}`).digest('hex');
    expect(headers['x-idle-enforcer-signature']).toBe(`t=${t},v1=${wanted}`);
    expect(headers['content-type']).toBe('application/json');
  });

  test('without a key gets no signature', async () => {
    await send({});
    expect(receiver.received[0]?.headers['x-idle-enforcer-signature']).toBeUndefined();
  });
});

describe('whatever an agent is called', () => {
  const EVIL =
    'Eve\u001b[31m\u202e\u200b\r\nBcc: all@example.com\u2028<!channel|x> <https://evil.example|click>';
  const evil = message({ items: [{ agent: EVIL, rule: EVIL }], organisation: EVIL });
  const templates = { held: { title: '{agent}', text: '{agent}', line: '{agent}', advice: '{agent}' } };

  test.each(['slack', 'teams', 'webhook'] as const)('a message of %s holds nothing unseen', async (type) => {
    await send({ type, templates }, evil);
    const [{ body }] = receiver.received as [(typeof receiver.received)[0]];
    expect(body).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(body).toContain('Eve');
  });

  test('Slack mentions no user and links nowhere', async () => {
    await send({ type: 'slack', templates }, evil);
    const { text, blocks } = receiver.bodies('/s3cr3t')[0] as {
      text: string;
      blocks: { type: string; text?: { text: string }; elements?: { text: string }[] }[];
    };
    const shown = blocks.flatMap(({ type, text: one, elements = [] }) =>
      type === 'header' ? [] : [one?.text ?? '', ...elements.map((each) => each.text)],
    );
    for (const each of [text, ...shown]) expect(each).not.toMatch(/<[!@#h]/);
  });

  test('a mail has one subject and no further header', () => {
    const { subject, text } = mailOf(letterOf(evil, { templates }), 'held');
    expect(subject).toContain('\\r\\nBcc: all@example.com');
    expect(subject).not.toMatch(/[\r\n]/);
    expect(text.split('\n').filter((line) => line.startsWith('Bcc'))).toEqual([]);
  });
});

describe('a hook that does not take a message', () => {
  test.each([
    [500, {}, { message: 'HTTP 500', unwanted: false, retryAfter: undefined }],
    [429, { 'retry-after': '30' }, { message: 'HTTP 429', unwanted: false, retryAfter: 30 * SECOND }],
    [429, { 'retry-after': '999999999' }, { retryAfter: HOUR }],
    [503, { 'retry-after': '3600000' }, { retryAfter: HOUR }],
    [503, { 'retry-after': 'Fri, 31 Dec 2088 23:59:59 GMT' }, { retryAfter: HOUR }],
    [503, { 'retry-after': 'in 7 minutes' }, { retryAfter: undefined }],
    [503, { 'retry-after': '-1' }, { retryAfter: undefined }],
    [503, { 'retry-after': '0x10' }, { retryAfter: undefined }],
    [400, {}, { message: 'HTTP 400', unwanted: true }],
    [302, { location: '/elsewhere' }, { message: 'HTTP 302', unwanted: false }],
  ] as const)(
    'with %i is told of by its status, and never by its address',
    async (status, headers, wanted) => {
      receiver.answer = { status, headers, body: 'no: s3cr3t' };
      const fault = await faultOf(send({ type: 'slack' }));
      expect(fault).toMatchObject(wanted);
      expect(JSON.stringify([fault.message, fault.stack])).not.toContain('s3cr3t');
      expect(receiver.received).toHaveLength(1);
    },
  );

  test('because no server listens there is reported by a code', async () => {
    const { url } = receiver;
    await receiver.close();
    const fault = await faultOf(send({ url, secret: 'k3y' }));
    expect(fault.message).toMatch(/^E[A-Z]+$/);
    receiver = await Receiver.open();
  });

  test('to a date is asked again by the receiver’s own clock', async () => {
    const headers = { date: 'Mon, 02 Mar 2020 09:00:00 GMT', 'retry-after': 'Mon, 02 Mar 2020 09:00:40 GMT' };
    receiver.answer = { status: 503, headers, body: '' };
    expect((await faultOf(send({ type: 'slack' }))).retryAfter).toBe(40 * SECOND);
  });

  test('because it hangs is left after the deadline', async () => {
    const poster = new Poster({}, 30);
    const fault = await faultOf(poster.post(`${receiver.url}/hang`, '{}', {}, never));
    expect(fault.message).toBe('timeout');
    await poster.close();
  });

  test('is left at once when the service stops', async () => {
    const stop = new AbortController();
    const sent = sender.send(channel({ url: `${receiver.url}/hang` }), MESSAGE, stop.signal);
    while (receiver.received.length === 0) await new Promise(setImmediate);
    stop.abort();
    await faultOf(sent);
  });
});

interface Mailbox {
  readonly url: string;
  readonly mails: { readonly to: readonly string[]; readonly text: string }[];
  close(): Promise<void>;
}

/** A mail server that knows one password and refuses to write to `nobody@…`. */
async function mailbox(): Promise<Mailbox> {
  const mails: Mailbox['mails'] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ password }, _, done) => {
      if (password === 'p4ss') done(null, { user: 'worker' });
      else done(new Error(`not with ${String(password)}`));
    },
    onRcptTo: ({ address }, _, done) => {
      done(address.startsWith('nobody@') ? new Error(`no ${address} here`) : null);
    },
    onData: (stream, { envelope }, done) => {
      let text = '';
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
      stream.on('end', () => {
        mails.push({ to: envelope.rcptTo.map(({ address }) => address), text });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  // Some client's connection may break off.
  server.on('error', () => undefined);
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://worker:p4ss@127.0.0.1:${port}`,
    mails,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      }),
  };
}

describe('mail', () => {
  let box: Mailbox;
  beforeEach(async () => {
    box = await mailbox();
  });
  afterEach(() => box.close());

  const MAIL = { id: 'm-1', from: 'idle@example.com', subject: 'Hello', text: 'There\n' };

  test('has a subject, the lines and the advice, and goes to everyone named', async () => {
    const to = ['ops@example.com', 'duty@example.com'];
    await sender.send(channel({ type: 'email', url: box.url, from: 'idle@example.com', to }), MESSAGE, never);
    expect(box.mails[0]?.to).toEqual(to);
    const text = box.mails[0]!.text.replaceAll('=\r\n', '').replaceAll(/=C2=B7/g, '·');
    expect(text).toContain('Subject: Idle enforcer: Idle agents are held after the last rung (12)');
    expect(text).toContain('Auto-Submitted: auto-generated');
    expect(text).toContain('rule gone · measured 1h2m · limit 1h');
    expect(text).toContain('close their browsers');
  });

  test('has the same id at each try, so that a mail server can throw the second one away', async () => {
    await sendMail(box.url, { ...MAIL, to: ['ops@example.com'] }, never);
    expect(box.mails[0]?.text).toContain('Message-ID: <m-1@idle-enforcer.invalid>');
  });

  test('that is refused is told of by a code: neither password nor address nor what the server said', async () => {
    const wrong = await faultOf(
      sendMail(box.url.replace('p4ss', 'wr0ng'), { ...MAIL, to: ['ops@example.com'] }, never),
    );
    expect(wrong.message).toMatch(/^EAUTH \d{3}$/);
    const refused = await faultOf(sendMail(box.url, { ...MAIL, to: ['nobody@example.com'] }, never));
    expect(refused.message).toMatch(/^EENVELOPE \d{3}$/);
    for (const { message: said, stack } of [wrong, refused])
      expect(`${said}${String(stack)}`).not.toMatch(/wr0ng|p4ss|nobody@|127\.0\.0\.1/);
    const odd = await faultOf(sendMail('smtp://a:b@', { ...MAIL, to: ['ops@example.com'] }, never));
    expect(odd.message).not.toContain('a:b');
    expect((await faultOf(sendMail(box.url, { ...MAIL, to: [] }, never))).message).toBe('no recipient');
  });

  test('to a server that hangs is left when the time is up', async () => {
    const stop = AbortSignal.timeout(50);
    const silent = await Receiver.open();
    const url = silent.url.replace('http', 'smtp');
    expect((await faultOf(sendMail(url, { ...MAIL, to: ['ops@example.com'] }, stop))).message).toBe(
      'aborted',
    );
    await silent.close();
  });

  test('to a server that goes on talking is left when the time is up, and no connection stays open', async () => {
    const gone = Promise.withResolvers<string>();
    const talking = createServer((socket) => {
      socket.write('220 welcome\r\n');
      const talk = setInterval(() => socket.write('250-one more\r\n'), 20);
      socket.once('data', () => {
        stop.abort();
      });
      socket.on('error', () => undefined);
      socket.on('close', () => {
        clearInterval(talk);
        gone.resolve('gone');
      });
    });
    const stop = new AbortController();
    await new Promise<void>((resolve) => talking.listen(0, '127.0.0.1', resolve));
    const url = `smtp://127.0.0.1:${(talking.address() as AddressInfo).port}`;
    const fault = await faultOf(sendMail(url, { ...MAIL, to: ['ops@example.com'] }, stop.signal));
    expect([fault.message, await gone.promise]).toEqual(['aborted', 'gone']);
    talking.close();
  });
});
