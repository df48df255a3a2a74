// The match statement. A pattern is compiled to a test that gathers the values it captures; names are bound only once the
// whole pattern has matched, and before the guard is looked at.
import { dict, list } from '../make.ts'
import { hintNumber, pin } from '../../sym/index.ts'
import { dictGet, equals, getAttrOr, getItem, isInstance, length, same, typeOf } from '../object.ts'
import { chargeElements } from '../object/budget.ts'
import type { MatchCaseNode, Node, PatternNode } from '../parse/index.ts'
import { types } from '../types.ts'
import { PyClass, PyDict, PyList, PyRange, PyTuple, type Value } from '../values.ts'
import type { Frame } from '../code.ts'
import type { Vm } from '../vm.ts'
import type { Compiler, Evaluate, Execute, Store } from './compiler.ts'
import { storeName } from './names.ts'
import { condition } from './operators.ts'

/** Tests a value; what the pattern's names capture is appended to `captured` in the order of `names`. */
type Test = (vm: Vm, frame: Frame, v: Value, captured: Value[]) => boolean

/** A pattern, compiled: its test and the names it captures, in order. */
interface Pattern {
  readonly test: Test
  readonly names: readonly string[]
}

export function matchStatement(c: Compiler, node: Node<'Match'>): Execute {
  const subject = c.expression(node.subject)
  const cases = node.cases.map((row) => ({ applies: caseTest(c, row), body: c.block(row.body) }))
  return (vm, frame) => {
    const v = subject(vm, frame)
    for (const { applies, body } of cases) if (applies(vm, frame, v)) return body(vm, frame)
    return undefined
  }
}

/** Whether a case applies to a value; binds its names if its pattern matches. */
export function caseTest(c: Compiler, row: MatchCaseNode): (vm: Vm, frame: Frame, v: Value) => boolean {
  const { test, names } = compilePattern(c, row.pattern)
  const stores: readonly Store[] = names.map((name) => storeName(c, name))
  const guard = row.guard === undefined ? undefined : condition(c, row.guard, row.pattern.lineno)
  const line = row.pattern.lineno
  return (vm, frame, v) => {
    const captured: Value[] = []
    frame.line = line
    if (!test(vm, frame, v, captured)) return false
    stores.forEach((store, i) => {
      store(vm, frame, captured[i] ?? null)
    })
    return guard === undefined || guard(vm, frame)
  }
}

function compilePattern(c: Compiler, node: PatternNode): Pattern {
  switch (node.nodeType) {
    case 'MatchValue':
      return valuePattern(c.expression(node.value))
    case 'MatchSingleton':
      return singletonPattern(node)
    case 'MatchSequence':
      return sequencePattern(c, node)
    case 'MatchMapping':
      return mappingPattern(c, node)
    case 'MatchClass':
      return classPattern(c, node)
    case 'MatchAs':
      return asPattern(c, node)
    case 'MatchOr':
      return orPattern(c, node)
    case 'MatchStar':
      return c.syntaxError('a starred pattern stands alone', node)
  }
}

function valuePattern(value: Evaluate): Pattern {
  return { names: [], test: (vm, frame, v) => equals(vm, v, value(vm, frame)) }
}

function singletonPattern(node: Node<'MatchSingleton'>): Pattern {
  const wanted: unknown = node.value
  const constant = typeof wanted === 'boolean' ? wanted : null
  return { names: [], test: (_vm, _frame, v) => same(v, constant) }
}

function asPattern(c: Compiler, node: Node<'MatchAs'>): Pattern {
  const { name } = node
  const inner = node.pattern === undefined ? undefined : compilePattern(c, node.pattern)
  if (name === undefined) return inner ?? { names: [], test: () => true }
  return {
    names: [...(inner?.names ?? []), name],
    test: (vm, frame, v, captured) => {
      if (inner?.test(vm, frame, v, captured) === false) return false
      captured.push(v)
      return true
    },
  }
}

function orPattern(c: Compiler, node: Node<'MatchOr'>): Pattern {
  const options = node.patterns.map((p) => compilePattern(c, p))
  const names = options[0]?.names ?? []
  const test: Test = (vm, frame, v, captured) => {
    for (const option of options) {
      const own: Value[] = []
      if (!option.test(vm, frame, v, own)) continue
      for (const name of names) captured.push(own[option.names.indexOf(name)] ?? null)
      return true
    }
    return false
  }
  if (options.some((o) => o.names.length !== names.length || names.some((n) => !o.names.includes(n)))) {
    c.syntaxError('alternative patterns bind different names', node)
  }
  return { names, test }
}

// --- Sequences ----------------------------------------------------------------------------------------------------------

/** What a sequence pattern looks at: items by position. */
interface Items {
  readonly size: number
  readonly at: (i: number) => Value
}

/** The items of what counts as a sequence for patterns: not strings, bytes or iterators. */
function sequenceItems(vm: Vm, v: Value): Items | undefined {
  if (v instanceof PyList || v instanceof PyTuple) return { size: v.items.length, at: (i) => v.items[i] ?? null }
  if (
    v instanceof PyRange ||
    typeOf(v).mro.some((cls) => cls.name === 'Sequence' && cls.module === 'collections.abc')
  ) {
    return { size: hintNumber(pin(length(vm, v))), at: (i) => getItem(vm, v, i) }
  }
  return undefined
}

function sequencePattern(c: Compiler, node: Node<'MatchSequence'>): Pattern {
  const star = node.patterns.findIndex((p) => p.nodeType === 'MatchStar')
  const parts = node.patterns.map((p) => (p.nodeType === 'MatchStar' ? starPart(p) : compilePattern(c, p)))
  const count = parts.length
  const test: Test = (vm, frame, v, captured) => {
    const items = sequenceItems(vm, v)
    if (items === undefined || (star < 0 ? items.size !== count : items.size < count - 1)) return false
    return parts.every((part, i) => {
      if (i !== star)
        return part.test(vm, frame, items.at(star >= 0 && i > star ? items.size - count + i : i), captured)
      return (
        part.names.length === 0 ||
        part.test(vm, frame, between(vm, items, star, items.size - (count - star - 1)), captured)
      )
    })
  }
  return { names: parts.flatMap((p) => p.names), test }
}

function between(vm: Vm, items: Items, start: number, end: number): Value {
  chargeElements(vm, end - start)
  const taken: Value[] = []
  for (let i = start; i < end; i++) taken.push(items.at(i))
  return list(taken)
}

/** `*rest` gets the list of items that it stands for. */
function starPart(node: Node<'MatchStar'>): Pattern {
  if (node.name === undefined) return { names: [], test: () => true }
  return {
    names: [node.name],
    test: (_vm, _frame, v, captured) => {
      captured.push(v)
      return true
    },
  }
}

// --- Mappings -----------------------------------------------------------------------------------------------------------

function mappingPattern(c: Compiler, node: Node<'MatchMapping'>): Pattern {
  const rows = node.keys.map((key, i) => ({
    key: c.expression(key),
    part: compilePattern(c, node.patterns[i] as PatternNode),
  }))
  const { rest } = node
  const test: Test = (vm, frame, v, captured) => {
    if (!(v instanceof PyDict))
      return isMapping(v) ? vm.stop('unsupported-syntax', 'a mapping pattern matches only dicts') : false
    const keys: Value[] = []
    for (const { key, part } of rows) {
      const k = key(vm, frame)
      keys.push(k)
      const item = dictGet(vm, v, k)
      if (item === undefined || !part.test(vm, frame, item, captured)) return false
    }
    if (rest !== undefined) captured.push(without(vm, v, keys))
    return true
  }
  const names = rows.flatMap((row) => row.part.names)
  return { names: rest === undefined ? names : [...names, rest], test }
}

function isMapping(v: Value): boolean {
  return typeOf(v).mro.some((cls) => cls.name === 'Mapping' && cls.module === 'collections.abc')
}

function without(vm: Vm, d: PyDict, keys: readonly Value[]): PyDict {
  const rest = dict()
  for (const [hash, entry] of d.entries)
    if (!keys.some((k) => equals(vm, k, entry[0]))) rest.entries.set(hash, [...entry])
  return rest
}

// --- Classes ------------------------------------------------------------------------------------------------------------

/** Builtin classes whose single positional pattern matches the object itself. */
const matchedWhole: readonly PyClass[] = [
  types.bool,
  types.bytearray,
  types.bytes,
  types.dict,
  types.float,
  types.frozenset,
  types.int,
  types.list,
  types.set,
  types.str,
  types.tuple,
]

function classPattern(c: Compiler, node: Node<'MatchClass'>): Pattern {
  const cls = c.expression(node.cls)
  const positional = node.patterns.map((p) => compilePattern(c, p))
  const named = node.kwd_patterns.map((p, i) => ({ name: node.kwd_attrs[i] ?? '', part: compilePattern(c, p) }))
  const test: Test = (vm, frame, v, captured) => {
    const wanted = cls(vm, frame)
    if (!(wanted instanceof PyClass)) return vm.raise(types.TypeError, 'called match pattern must be a type')
    if (!isInstance(vm, v, wanted)) return false
    const first = positional[0]
    if (
      first !== undefined &&
      matchedWhole.some((w) => wanted.isSubclassOf(w)) &&
      wanted.lookup('__match_args__') === undefined
    ) {
      if (positional.length > 1) return tooMany(vm, wanted, 1, positional.length)
      if (!first.test(vm, frame, v, captured)) return false
    } else {
      const names = positional.length === 0 ? [] : matchArgs(vm, wanted, positional.length)
      if (!positional.every((part, i) => testAttribute(vm, frame, v, names[i] ?? '', part, captured))) return false
    }
    return named.every(({ name, part }) => testAttribute(vm, frame, v, name, part, captured))
  }
  return { names: [...positional, ...named.map((n) => n.part)].flatMap((p) => p.names), test }
}

function testAttribute(vm: Vm, frame: Frame, v: Value, name: string, part: Pattern, captured: Value[]): boolean {
  const attribute = getAttrOr(vm, v, name)
  return attribute !== undefined && part.test(vm, frame, attribute, captured)
}

function matchArgs(vm: Vm, cls: PyClass, count: number): readonly string[] {
  const names = getAttrOr(vm, cls, '__match_args__')
  const items = names instanceof PyTuple ? names.items : []
  if (items.length < count) return tooMany(vm, cls, items.length, count)
  return items.map((name) =>
    typeof name === 'string' ? name : vm.raise(types.TypeError, '__match_args__ elements must be strings'),
  )
}

function tooMany(vm: Vm, cls: PyClass, most: number, given: number): never {
  const plural = most === 1 ? '' : 's'
  return vm.raise(types.TypeError, `${cls.name}() accepts ${most} positional sub-pattern${plural} (${given} given)`)
}
