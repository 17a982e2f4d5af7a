/** Which other sources of the platform are asked of changes that two looks cannot tell apart. */
import { about, block, oneOf } from '../shapes/blocks.ts';

const onOff = oneOf(['on', 'off']);

export const evidence = about(
  block({
    timeline: about(
      oneOf(['auto', 'off']).prefault('auto'),
      'The presence history of single agents (analytics:userDetail:view). auto: where the client has the permission.',
    ),
    push: about(
      onOff.prefault('off'),
      'Presence changes as they happen, over the WebSocket of the platform (scope notifications), of at most 20,000 agents.',
    ),
    sign_ins: about(
      onOff.prefault('off'),
      'Sign-ins from the audit log (audits:audit:view), which holds all administrative acts of the organisation.',
    ),
  }).prefault({}),
  'What is asked of a change that may be a browser or a person. Until a source has shown three log-offs of ours rightly it is not believed.',
);
