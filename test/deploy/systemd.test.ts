/** The unit for systemd starts the worker with the rights that it needs and no others. */
import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { deployFile } from './chart.ts';
import { describeWhere, hasProgram } from './installed.ts';

const UNIT = deployFile('systemd/idle-enforcer.service');
/** 0 is safest, 10 is without any protection; systemd calls all up to 2 "OK". */
const EXPOSURE = 2;

/** What changes the unit into that of a fleet. */
const FLEET = deployFile('systemd/fleet.conf');

function valuesOf(key: string, text = UNIT): readonly string[] {
  return [...text.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value);
}

describe('the unit', () => {
  test('runs the worker as an ordinary user, with its store in a folder of its own', () => {
    expect(valuesOf('ExecStart')).toEqual(['/opt/idle-enforcer/bin/idle-enforcer run']);
    expect(valuesOf('User')).toEqual(['idle-enforcer']);
    expect(valuesOf('WorkingDirectory')).toEqual(['/var/lib/idle-enforcer']);
    expect(valuesOf('StateDirectory')).toEqual(['idle-enforcer']);
    expect(valuesOf('StateDirectoryMode')).toEqual(['0700']);
  });

  test('gives the worker time to drain, and does not repeat what was refused', () => {
    expect(parseInt(valuesOf('TimeoutStopSec')[0] ?? '', 10)).toBeGreaterThan(8);
    expect(valuesOf('SuccessExitStatus')).toEqual(['143']);
    expect(valuesOf('RestartPreventExitStatus')).toEqual(['2']);
  });

  test('runs a fleet by two lines more, with its stores in the same folder', () => {
    const own = valuesOf('Environment').join(' ');
    expect(own).toContain('IDLE_ENFORCER_CONFIG=/etc/idle-enforcer/idle-enforcer.yaml');
    // Of a variable that is set twice the later one holds: that of a file in idle-enforcer.service.d.
    expect(valuesOf('Environment', FLEET)).toEqual(['IDLE_ENFORCER_CONFIG=/etc/idle-enforcer/fleet.yaml']);
    expect(FLEET.match(/^\w+=/gm)).toEqual(['Environment=', 'MemoryMax=']);
    const [, store = ''] = /(store: \{ sqlite: .*?\})/.exec(FLEET) ?? [];
    expect(parse(store)).toEqual({ store: { sqlite: './data' } });
  });
});

describeWhere(hasProgram('systemd-analyze', '--version'), 'no systemd')('systemd finds that the unit', () => {
  /** Verifies a unit in an empty root, in which the program and its user exist. */
  function verified(unit: string, fleet = ''): { readonly status: number | null; readonly said: string } {
    const root = mkdtempSync(join(tmpdir(), 'idle-enforcer-unit-'));
    const file = (path: string, content: string, mode = 0o644): void => {
      mkdirSync(join(root, path, '..'), { recursive: true });
      writeFileSync(join(root, path), content, { mode });
    };
    try {
      file('etc/systemd/system/idle-enforcer.service', unit);
      if (fleet !== '') file('etc/systemd/system/idle-enforcer.service.d/fleet.conf', fleet);
      file('opt/idle-enforcer/bin/idle-enforcer', '#!/bin/sh\n', 0o755);
      for (const target of ['sysinit', 'basic', 'network-online', 'multi-user', 'shutdown']) {
        file(`etc/systemd/system/${target}.target`, `[Unit]\nDescription=${target}\n`);
      }
      const args = ['verify', '--man=no', `--root=${root}`, 'idle-enforcer.service'];
      const { status, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
      return { status, said: stderr };
    } finally {
      rmSync(root, { recursive: true });
    }
  }

  test.each([
    ['written right', ''],
    ['written right for a fleet', FLEET],
  ])('is %s', (_, fleet) => {
    const { status, said } = verified(UNIT, fleet);
    expect(said.split('\n').filter((line) => /idle-enforcer\.service|fleet\.conf/.test(line))).toEqual([]);
    expect(status).toBe(0);
  });

  test('would be written wrong with a key misspelt', () => {
    const { said } = verified(UNIT.replace('NoNewPrivileges=', 'NoNewPriviledges='));
    expect(said).toMatch(/Unknown key.*NoNewPriviledges/);
    expect(verified(UNIT, FLEET.replace('MemoryMax', 'MemoryMost')).said).toMatch(/Unknown key.*MemoryMost/);
  });

  test('leaves the worker little to do harm with', () => {
    const folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-unit-'));
    const unit = join(folder, 'idle-enforcer.service');
    writeFileSync(unit, UNIT);
    const args = ['security', '--offline=true', `--threshold=${EXPOSURE * 10}`, '--no-pager', unit];
    const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect({ status, said: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, said: '' });
  });
});
