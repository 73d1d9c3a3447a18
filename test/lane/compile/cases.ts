/** An argument: any 32-bit number, a place in an array, a small number. */
export type Kind = 'word' | 'place' | 'small';

/** What is compiled, by name: the rule, the arguments, and a source that exports a function of that name. */
export const CASES: Record<string, { rule: string; takes: Kind[]; source: string }> = {
  sums: {
    rule: 'sums wrap where JavaScript says so',
    takes: ['word', 'word'],
    source:
      'const before = (unused, a, b) => ((a - b) | 0) < 0; export const sums = ({}, a, b) => (before(b, a, b) ? (a + b) | 0 : Math.imul(a, b));',
  },
  bits: {
    rule: 'bit operators, with counts beyond 31',
    takes: ['word', 'word'],
    source: 'export function bits({}, a, b) { return (((a & b) | (a ^ ~b)) + ((a << b) >> 3)) ^ (a >> b); }',
  },
  logicalShift: {
    rule: '>>> by a constant is an integer',
    takes: ['word'],
    source: 'export function logicalShift({}, a) { let h = a; h ^= h >>> 15; h >>>= 3; return h - (a >>> 33); }',
  },
  anyShift: {
    rule: '>>> by 0 or a variable has no sign',
    takes: ['word', 'word'],
    source:
      'export function anyShift({}, a, b) { const shifted = a >>> b; return (a >>> 0) + (a >>> 32) + shifted * 2 + ((a >>> b) & 31); }',
  },
  patterns: {
    rule: 'large literals are bit patterns where bits are asked for, and numbers elsewhere',
    takes: ['word', 'place'],
    source: `const HIGH = 0x80000000; const MASK = 0xfffff000 | 0;
      export function patterns({ floats }, a, i) {
        floats[i] = a + HIGH;
        return ((a & 0xffff0000) ^ Math.imul(a, 0x9e3779b1)) + (a & HIGH ? 1 : 0) + ((a & MASK) === (0x80211000 | 0) ? 1 : 0);
      }`,
  },
  constants: {
    rule: 'constants of constants are worth what they are in JavaScript',
    takes: ['small'],
    source: `const SIZE = 12; const HIGH = -SIZE >>> 2; const HALF = SIZE / 8; const REST = -7 % 4; const SHIFTED = (1 << 30) >> 3;
      const MASK = ~(SIZE ^ 5) & 0xff | 256; const IS_LARGE = SIZE >= 12; const PRODUCT = SIZE * 0.1 - 1;
      export function constants({ floats }, a) {
        floats[0] = HIGH; floats[1] = HALF; floats[2] = REST; floats[3] = SHIFTED + a; floats[4] = MASK; floats[5] = PRODUCT;
        return IS_LARGE && a > SIZE / 4 ? HIGH >>> 1 : MASK;
      }`,
  },
  integerDivision: {
    rule: 'a quotient of which bits are asked for, also by 0 and -1',
    takes: ['word', 'word', 'small'],
    source:
      'export function integerDivision({}, a, b, c) { return ((a / 6) | 0) ^ ((a / b) | 0) ^ (a / (c - 1)) ^ ((a / 0.5) & 7); }',
  },
  leastByMinusOne: {
    rule: 'the least integer by -1',
    takes: ['small'],
    source:
      'export function leastByMinusOne({}, a) { const least = -2147483648; return ((least / (a - a - 1)) | 0) - (((least + a - a) / -1) | 0) + a; }',
  },
  division: {
    rule: 'a quotient is in floating point',
    takes: ['word', 'word'],
    source: 'export function division({}, a, b) { let c = a / b; c /= 3; return c; }',
  },
  remainder: {
    rule: 'remainders have the sign of the dividend',
    takes: ['word', 'small', 'place'],
    source:
      'export function remainder({ ints, floats }, a, b, i) { ints[i] = a % 7; floats[i] = floats[i] % 1000.5; return a % (b + 1) | 0; }',
  },
  floats: {
    rule: 'i32 and f64 mix as f64',
    takes: ['word', 'place'],
    source: `const SCALE = 1e9;
      export function floats({ floats, ints }, a, i) {
        floats[i] = (floats[i + 1] - floats[i + 2]) * SCALE + a;
        floats[i + 1] += a; floats[i + 2] -= 1; floats[i + 3] *= 0.5;
        const limit = floats[i] === 0 ? 3e6 : floats[i] < 0 ? Number.POSITIVE_INFINITY : floats[i];
        ints[i] = floats[i + 4] < limit ? 1 : 0;
        return -floats[i + 3] + -0.0;
      }`,
  },
  truncated: {
    rule: 'f64 is taken modulo 2^32 where bits are asked for',
    takes: ['place', 'place'],
    source: `export function truncated({ floats, ints, bytes, data }, i, j) {
        ints[j] = floats[i]; bytes[j] = floats[i + 1];
        const word = data.getUint32(j);
        return ((floats[i + 2] | 0) ^ (word >>> 24)) + ((word >>> 19) & 0x1f) + (data.getUint32(j) >>> 8) + ints[slot(word)];
      }
      const slot = (word) => word % 16;`,
  },
  truths: {
    rule: 'truth values',
    takes: ['word', 'word', 'place'],
    source: `export function truths({ ints, view }, a, b, i) {
        const isLess = a < b; let isOther = false;
        if (isLess && !(a === 5)) isOther = (a & 1) !== 0 || b > 0;
        ints[i] = isLess; ints[i + 1] = isOther ? 7 : 8;
        return isLess === isOther;
      }`,
  },
  numbersAsTruth: {
    rule: 'numbers decide, 0 against all others',
    takes: ['word', 'small'],
    source: `export function numbersAsTruth({}, a, b) {
        let n = b; let sum = 0; while (n) { n--; sum += 2; }
        if (a & 6 && !(a & 1)) sum++;
        return a || b ? sum : 1 - sum;
      }`,
  },
  joined: {
    rule: 'a variable, a parameter, a result that is ever a fraction is f64',
    takes: ['word', 'small'],
    source: `const half = (x, isHalf) => { if (isHalf) return x / 2; return x; };
      const grown = (x, n) => n === 0 ? x : grown(x * 1.5, n - 1);
      export function joined({}, a, b) {
        let x = 0; let y; let z = a > b; z++;
        if (a > 0) x = half(a, b > 3);
        y = b; if (b > 5) y = 0.25;
        return x + y + z + grown(b, b & 3) + half(2.5, false) + (b > 2 ? 1 : 0.5);
      }`,
  },
  switches: {
    rule: 'switches fall through, break, return, and may have their default anywhere',
    takes: ['small', 'small'],
    source: `const ONE = 1;
      const named = (x) => { switch (x) { case 0: case ONE: return 10; default: return 20; case 3: break; } return 30; };
      const quarters = (x) => { switch (x / 4) { case 0.25: return 1; case 1: return 2; default: return 3; } };
      export function switches({}, a, b) {
        let sum = quarters(a) + quarters(b) * 100;
        for (let i = 0; i < 6; i++) {
          switch (a + i) {
            case 4: { const c = 5; sum += c; }
            case 5: sum += 1000; break;
            default: sum += 3;
            case 6: if (b > i) continue; sum += 7;
          }
          sum += named(i);
        }
        return sum;
      }`,
  },
  loops: {
    rule: 'loops with continue and break, and without parts',
    takes: ['small', 'small'],
    source: `export function loops({}, a, b) {
        let sum = 0;
        for (let i = 0, step = 2; i < a; i += step) { if (i === b) continue; sum += i; }
        for (let i = 100; ; i--) { if (i < b) break; for (;;) { sum++; break; } }
        let i = a; for (; i > 0; ) i -= 2;
        for (i = 5; i < a; ++i) sum += i;
        while (true) { if (sum > 9) return sum * 3; sum += b + 1; }
      }`,
  },
  scopes: {
    rule: 'names hide others, and may be words of AssemblyScript',
    takes: ['small', 'word'],
    source: `const load = (type) => type + 1; function store(i32, f64) { const isMore = i32 > f64; return i32 - f64 + (isMore | 0) + f64 / 2; } const min = 3; const step = 4;
      export function scopes({}, a, b) {
        const type = load(a); let namespace = store(type, min); const declare = step;
        { const type = b & 15; namespace += type; { const type = 3; namespace += type * 1000; } }
        for (let type = 0; type < 2; type++) namespace += type;
        for (let type = 0.5; type < 2; type++) namespace += type;
        return namespace + type + declare;
      }`,
  },
  steps: {
    rule: '++ and --, with their values before and after',
    takes: ['place', 'place', 'small'],
    source: `export function steps({ ints, floats, bytes, view }, i, j, n) {
        view.count = n; view.share = n / 4;
        const a = ++ints[i]; const b = ints[i + 1]--; const c = floats[j]++; const d = --floats[j + 1];
        const e = view.count++; const f = --view.count; const g = view.share--;
        let x = n; const h = x++ * 100 + ++x; let y = n / 8; const k = y-- + --y;
        bytes[j]++; bytes[j + 1]--; ints[j]--; floats[i]--; view.count++; --view.share;
        const l = (ints[i + n]++ & 1023) + (ints[i - 1 + n]++ & 15);
        floats[i + 3] = a + b + c + d; floats[i + 4] = e * 10 + f + g + h + k + l + x + y;
        return view.count * 2 + view.share;
      }`,
  },
  operators: {
    rule: 'every assignment with an operator, to variables, fields and elements',
    takes: ['word', 'word', 'place'],
    source: `export function operators({ ints, floats, bytes, view, words }, a, b, i) {
        let x = a >> 4; x += 3; x -= b; x |= 0; x &= 0xffffff; x *= 3; x %= 1000; x |= b; x ^= 5; x <<= 2; x >>= 1; x >>>= 1;
        ints[i] += 3; ints[i] -= b; ints[i] &= 0xffffff; ints[i] *= 3; ints[i] %= 1000; ints[i] |= b; ints[i] ^= 5;
        ints[i] <<= 2; ints[i] >>= 1; ints[i] >>>= 1; ints[i + 1] >>>= 0; ints[i + 2] /= 3;
        view.x = a; view.x |= b; view.x ^= 5; view.x <<= 2; view.x >>= 1;
        floats[i] += 3; floats[i] -= a; floats[i] *= 0.5; floats[i] /= 7; floats[i] |= a;
        bytes[i] += 300; bytes[i] ^= b; bytes[i + 1] -= a; bytes[i + 2] = a; bytes[i + 3] = -1;
        words[2] += words[1]; words[3] |= b;
        return x ^ view.x;
      }`,
  },
  indexOnce: {
    rule: 'an index is computed once, before what is put there',
    takes: ['small'],
    source: `const next = (words) => { words[0]++; return words[0] & 31; };
      export function indexOnce({ ints, words, view }, a) {
        ints[next(words)] += 1; ints[next(words) + 2]++; ints[words[0] + 4] |= next(words); ints[words[0] & 31] = next(words);
        view.place = a; ints[view.place + 40] += moved(view); view.place += moved(view);
        return view.place;
      }
      const moved = (view) => { view.place = 3; return 100; };`,
  },
  indices: {
    rule: 'constants of an index, added and taken away',
    takes: ['small', 'small', 'place'],
    source: `const FIRST = 20; const LAST = FIRST + 9;
      export function indices({ ints, floats, bytes }, a, b, i) {
        ints[i - 1] = a; ints[i + FIRST - 1] = b; ints[FIRST + a - b] += 1; ints[LAST - a] = 4; ints[i + 2 * a + 1] = 5;
        ints[3] = ints[FIRST + (a & 3)]; floats[1] = floats[FIRST - (a - b)]; bytes[i - (2 - a)] = bytes[FIRST];
        return ints[i + a - FIRST] ^ ints[(i + 1) | 0] ^ ints[-FIRST + i] ^ ints[a / 2 + (a / 2 + FIRST)] ^ ints[1 + (a + (b + FIRST))];
      }`,
  },
  names: {
    rule: 'arrays and objects are known by name, wherever they come from',
    takes: ['place', 'word'],
    source: `const viaParameter = (ints, i) => ints[i];
      const viaObject = (slab, i) => slab.ints[i] + slab.deep.floats[i];
      const viaParts = ({ ints: event, me, peer: other }, i) => event[i] + me + other;
      const handed = (slab, flows, i) => viaObject(slab, i) + (flows.slab.words[2] | 0);
      const view = { mine: 1 }; globalThis.keepsItsName = view;
      export function names(tables, i, a) {
        const { ints, cursor, view: view2 } = tables; const numbers = tables.floats; const c = cursor;
        cursor.me = 3; c.peer = a & 7; view2.mine = 4;
        return first(tables, i) + viaParameter(ints, i) + numbers[i] + viaParts(cursor, i) + second(tables.view) + handed(tables, tables, i);
      }
      const first = (tables, i) => { const { deep, words } = tables; return words[i & 31]; };
      const second = (view) => view.mine;`,
  },
  taken: {
    rule: 'what an object is taken apart into does not follow it',
    takes: ['word', 'small'],
    source: `const after = ({ count }, view, x) => { view.count = x; return count; };
      export function taken({ view }, a, b) {
        view.count = a; view.rate = b / 4;
        const { count, rate: quick } = view;
        view.count = b; view.rate = 0; return count + quick + after(view, view, 9) + view.count;
      }`,
  },
  fields: {
    rule: 'fields keep their values from call to call, and have the type of what is put in',
    takes: ['word', 'small'],
    source: `export function fields({ view, cursor }, a, b) {
        if (b > 4) { view.total = 0; view.seconds = a >>> 0; cursor.isSet = a > b; cursor.last = b; }
        view.total += b; if (cursor.isSet) view.total += 1000;
        return view.total + view.seconds + cursor.last;
      }`,
  },
  views: {
    rule: 'DataViews of all sizes, signs and byte orders',
    takes: ['place', 'small', 'place'],
    source: `export function views({ data, floats, bytes, view }, i, b, j) {
        const isLittle = b > 3; const word = data.getUint32(i);
        floats[j] = data.getUint8(i) + data.getInt8(i + 1) + bytes[i + 2]; floats[j + 1] = data.getUint16(i) + data.getInt16(i + 3);
        floats[j + 2] = data.getUint16(i, true) + data.getInt16(i + 3, true); floats[j + 3] = data.getInt32(i + 1) * 0.5 + data.getInt32(i, true);
        floats[j + 4] = word + data.getUint32(i + 1, true); floats[j + 5] = data.getUint16(i, isLittle) + data.getInt16(i, b > 5);
        floats[j + 6] = data.getInt32(i, isLittle) + data.getUint32(i, isLittle) + data.getUint16(i, false);
        return data.getInt16(i - 1);
      }`,
  },
  ranges: {
    rule: 'fill and copyWithin, overlapping and empty',
    takes: ['place', 'small', 'small'],
    source: `export function ranges({ ints, floats, bytes }, i, a, b) {
        ints.copyWithin(i, i + a, i + a + b); ints.copyWithin(i + 20 + a, i + 20, i + 20 + b); ints.copyWithin(i, i + 5, i + a);
        floats.copyWithin(i + 1, i, i + b); bytes.copyWithin(i, i + a, i + b);
        ints.fill(0, i + 40, i + 40 + a); ints.fill(0, i + 60 + a, i + 60 + b); floats.fill(0, i + 40, i + 41 + a); bytes.fill(0, i + 40, i + 40 + b);
      }`,
  },
  math: {
    rule: 'Math of i32 and of f64',
    takes: ['word', 'word', 'place'],
    source: `export function math({ floats, ints }, a, b, i) {
        floats[i] = Math.floor(floats[i + 1]) + Math.abs(floats[i + 2]) + Math.min(floats[i], a) + Math.max(a, floats[i + 3]);
        ints[i] = Math.floor(floats[i + 1] / 1000) | 0; floats[i + 4] = Math.floor(a);
        return Math.min(a, b) ^ Math.max(a, b) ^ Math.abs(a >> 1) ^ Math.imul(floats[i + 5], b);
      }`,
  },
  assigned: {
    rule: 'an assignment to a variable has a value',
    takes: ['word', 'small'],
    source: `export function assigned({}, a, b) {
        let x = 0; let y = 0.5; let sum = 0; while ((x = x + b + 1) < 30) sum += x;
        x = y = a;
        return sum + x + (y += 2);
      }`,
  },
};
