import { constants } from 'node:os';
import type { Connection, Side } from '../record.ts';
import { counted, duration } from '../report/units.ts';
import { BaselineExaminer } from './baseline-examiner.ts';
import { BaselineSession } from './baseline-session.ts';
import {
  type Connections,
  each,
  examine,
  type Matched,
  type MatcherContext,
  messageOf,
  updatesSnapshots,
} from './examiner.ts';
import { ExpressionCompiler } from './expression.ts';
import type { FieldOptions } from './field-choice.ts';
import type { Value } from './verdict.ts';

export type { Connections } from './examiner.ts';

export interface BaselineMatcherOptions extends FieldOptions {
  /** Accept what is there; default: where the runner updates its snapshots (`jest -u`). */
  update?: boolean;
}

const value = (expression: string, what: unknown): Value => ({ expression, value: what });

function toHandshakeWithin(this: MatcherContext, actual: Connections, seconds: number): Matched {
  if (typeof seconds !== 'number' || !(seconds >= 0)) {
    throw new TypeError('toHandshakeWithin takes a number of seconds; example: toHandshakeWithin(0.05)');
  }
  return each(this, actual, {
    name: 'toHandshakeWithin',
    argument: String(seconds),
    to: `complete its handshake within ${duration(seconds)}`,
    holds: ({ handshake }) => {
      const connectTime = handshake?.outcome === 'completed' ? handshake.connectTime : null;
      return connectTime !== null && connectTime <= seconds;
    },
    values: ({ handshake }) => {
      if (handshake === null) return [value('handshake', null)];
      const { outcome, connectTime, synRetransmissions } = handshake;
      return [
        value('handshake.outcome', outcome),
        value('handshake.connectTime', connectTime),
        ...(synRetransmissions > 0 ? [value('handshake.synRetransmissions', synRetransmissions)] : []),
      ];
    },
  });
}

function closeValues({ close, sockets }: Connection): Value[] {
  if (close === null) return [value('close', null)];
  const errors = (['client', 'server'] as const).filter((side) => sockets[side].error !== null);
  return [
    value('close.style', close.style),
    value('close.firstCloser', close.firstCloser),
    ...errors.map((side) => value(`sockets.${side}.error`, sockets[side].error)),
  ];
}

function toCloseGracefully(this: MatcherContext, actual: Connections): Matched {
  return each(this, actual, {
    name: 'toCloseGracefully',
    argument: '',
    to: 'close gracefully: a FIN from each side, each acknowledged',
    holds: ({ close }) => close?.style === 'graceful' || close?.style === 'simultaneous',
    values: closeValues,
  });
}

function checkSide(name: string, side: Side): void {
  if (side !== 'client' && side !== 'server') throw new TypeError(`${name} takes 'client' or 'server'`);
}

function toBeClosedFirstBy(this: MatcherContext, actual: Connections, side: Side): Matched {
  checkSide('toBeClosedFirstBy', side);
  return each(this, actual, {
    name: 'toBeClosedFirstBy',
    argument: `'${side}'`,
    to: `be closed first by the ${side}`,
    holds: ({ close }) => close?.firstCloser === side,
    values: closeValues,
  });
}

function toHaveNoResets(this: MatcherContext, actual: Connections): Matched {
  return each(this, actual, {
    name: 'toHaveNoResets',
    argument: '',
    to: 'have no resets',
    holds: ({ fromClient, fromServer }) => fromClient.resets + fromServer.resets === 0,
    values: ({ fromClient, fromServer, resets }) => [
      value('fromClient.resets', fromClient.resets),
      value('fromServer.resets', fromServer.resets),
      ...resets.slice(0, 1).map(({ because }) => value('resets[0].because', because)),
    ],
  });
}

function toSeeErrno(this: MatcherContext, actual: Connections, side: Side, errno: string | null): Matched {
  checkSide('toSeeErrno', side);
  if (errno !== null && !(errno in constants.errno)) {
    throw new TypeError(`toSeeErrno: ${errno} is no errno; example: toSeeErrno('client', 'ECONNRESET')`);
  }
  return each(this, actual, {
    name: 'toSeeErrno',
    argument: `'${side}', ${errno === null ? null : `'${errno}'`}`,
    to: errno === null ? `leave no error on the ${side}'s socket` : `leave ${errno} on the ${side}'s socket`,
    holds: ({ sockets }) => sockets[side].error === errno,
    values: (connection) => [
      value('sockets.client.error', connection.sockets.client.error),
      value('sockets.server.error', connection.sockets.server.error),
      ...closeValues(connection).slice(0, 2),
    ],
  });
}

function toSatisfy(this: MatcherContext, actual: Connections, expression: string): Matched {
  const compiled = new ExpressionCompiler().compile(expression);
  if (compiled.kind === 'connection') {
    return each(this, actual, {
      name: 'toSatisfy',
      argument: JSON.stringify(expression),
      to: `satisfy ${expression}`,
      holds: (connection) => compiled.holds(connection),
      values: (connection) => {
        const { because } = compiled.explain(connection);
        return [...compiled.values(connection), ...(because === null ? [] : [value('not known', because)])];
      },
    });
  }
  const kept: unknown[] = [];
  return examine(actual, () => ({
    see: (connection) => void kept.push(compiled.keep(connection)),
    result: () => {
      const { holds, because } = compiled.explain(kept);
      const isNot = this.isNot === true;
      const message = () => {
        const values = compiled.values(kept).map((each) => `  ${each.expression} = ${JSON.stringify(each.value)}`);
        const unknown = because === null ? [] : [`  not known: ${because}`];
        const what = `expected ${counted(kept.length, 'connection')} ${isNot ? 'not ' : ''}to satisfy ${expression}`;
        const text = [what, '', ...values, ...unknown].join('\n');
        return messageOf(this, 'toSatisfy', JSON.stringify(expression), text, []);
      };
      return { pass: holds === true, message };
    },
  }));
}

function toMatchBaseline(
  this: MatcherContext,
  actual: Connections,
  file: string,
  { update, ...fields }: BaselineMatcherOptions = {},
): Matched {
  // `.not` says what it must not be: nothing to accept.
  const accepts = this.isNot !== true && (update ?? updatesSnapshots(this));
  return examine(actual, () => new BaselineExaminer(this, new BaselineSession(file, fields, accepts)));
}

/** For `expect.extend(matchers)`, in jest and in vitest. */
export const matchers = {
  toHandshakeWithin,
  toCloseGracefully,
  toBeClosedFirstBy,
  toHaveNoResets,
  toSeeErrno,
  toSatisfy,
  toMatchBaseline,
};
