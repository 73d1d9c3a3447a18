import type { AnyNode, CallExpression, Identifier, Pattern } from 'acorn';
import { fold, type Worth } from './constants.ts';
import { type Field, type Meaning, namedMeaning, type Slot, variableMeaning } from './meanings.ts';
import type { ModuleNames } from './module-names.ts';
import type { FunctionNode } from './nodes.ts';
import type { Binding } from './scopes.ts';
import type { Settings } from './settings.ts';

export interface Parameter {
  readonly node: Pattern;
  /** Null where the argument is an object: it is known by name, and compiled code is not given it. */
  slot: Slot | null;
  /** What it is; where it is taken apart, what of. */
  meaning: Meaning;
}

/** A function to compile. */
export interface Routine {
  readonly name: string;
  readonly node: FunctionNode;
  readonly isExported: boolean;
  readonly parameters: Parameter[];
  /** Null where it returns nothing. */
  readonly result: Slot | null;
  /** Its own calls of other functions to compile. */
  readonly calls: { node: CallExpression; to: string }[];
}

/** All that is to be compiled, and what its names mean. */
export class Program {
  readonly settings: Settings;
  readonly names: ModuleNames;
  /** The functions, by name, in the order of the source. */
  readonly routines = new Map<string, Routine>();
  readonly bindings = new Map<Identifier, Binding>();
  readonly fields = new Map<string, Field>();

  constructor(settings: Settings, names: ModuleNames) {
    this.settings = settings;
    this.names = names;
  }

  /** What a name, or a path of names (`slab.ints`), stands for; null where that is nothing known. */
  meaningOf(node: AnyNode): Meaning | null {
    if (node.type === 'Identifier') return this.#meaningOfName(node);
    const worth = node.type === 'MemberExpression' ? this.worthOf(node) : null;
    if (worth !== null) return { is: 'constant', value: worth };
    if (node.type !== 'MemberExpression' || node.computed || node.property.type !== 'Identifier') return null;
    const of = this.meaningOf(node.object);
    return of === null ? null : this.partOf(of, node.property.name);
  }

  /** What a property of an object stands for. */
  partOf(of: Meaning, property: string): Meaning | null {
    if (of.is !== 'object' && of.is !== 'container') return null;
    const named = namedMeaning(this.settings, property);
    if (named !== null) return named;
    return of.is === 'object' ? { is: 'field', field: this.#field(of.object, property) } : of;
  }

  /** The value of a constant expression, null where it is none. */
  worthOf(node: AnyNode): Worth {
    return fold(node, (name) => {
      if (name.type !== 'Identifier' || this.bindings.has(name)) return null;
      const init = this.names.constants.get(name.name);
      return init === undefined ? null : this.worthOf(init);
    });
  }

  #meaningOfName(node: Identifier): Meaning | null {
    const binding = this.bindings.get(node);
    if (binding !== undefined) return binding.meaning;
    if (this.names.functions.has(node.name)) return { is: 'function', name: node.name };
    const named = variableMeaning(this.settings, node.name);
    if (named !== null) return named;
    const worth = this.worthOf(node);
    if (worth !== null) return { is: 'constant', value: worth };
    return this.names.all.has(node.name) ? { is: 'container' } : null;
  }

  #field(object: string, property: string): Field {
    const name = `${object}.${property}`;
    const known = this.fields.get(name);
    if (known !== undefined) return known;
    const { at, end } = this.settings.objects;
    const field: Field = { name, type: 'none', at: at + this.fields.size * FIELD_SIZE };
    if (field.at + FIELD_SIZE > end) throw new Error(`no room for the field ${name} in ${end - at} bytes`);
    this.fields.set(name, field);
    return field;
  }
}

const FIELD_SIZE = 8;
