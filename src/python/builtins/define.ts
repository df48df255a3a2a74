// Helpers with which the files of this folder fill the builtin classes.
import { notImplemented } from '../make.ts'
import { native, nativeProperty, natives, fillClass } from '../native.ts'
import { compareRows, type CompareOperator } from '../object/compare.ts'
import { types } from '../types.ts'
import type { PyClass, PyNative } from '../values.ts'
import { type Value } from '../values.ts'
import type { Vm } from '../vm.ts'

type Getter = (vm: Vm, self: Value) => Value
type Setter = (vm: Vm, self: Value, value: Value) => void

/** Adds computed attributes of the kind that CPython implements in C. */
export function getsets(cls: PyClass, table: Readonly<Record<string, Getter | readonly [Getter, Setter]>>): void {
  for (const [name, row] of Object.entries(table)) {
    const [get, set] = typeof row === 'function' ? [row, undefined] : row
    cls.set(name, nativeProperty(name, get, set, types.getset))
  }
}

/** The six comparison methods, from one function that gives undefined for operands it doesn't know. */
export function comparisons(
  compare: (vm: Vm, op: CompareOperator, a: Value, b: Value) => Value | undefined,
  operators: readonly CompareOperator[] = ['==', '!=', '<', '<=', '>', '>='],
): Record<string, PyNative> {
  const methods: Record<string, PyNative> = {}
  for (const op of operators) {
    const { name } = compareRows[op]
    methods[name] = native(`${name}(self, value, /)`, (vm, [a, b]) => compare(vm, op, a, b) ?? notImplemented)
  }
  return methods
}

/** `__class_getitem__` for classes that take type arguments. */
export function typeArguments(make: (vm: Vm, cls: Value, key: Value) => Value): Record<string, PyNative> {
  return natives({ '__class_getitem__(cls, key, /)': (vm, [cls, key]) => make(vm, cls, key) })
}

/** Fills a class with methods by name. */
export function fill(cls: PyClass, ...tables: readonly Readonly<Record<string, Value>>[]): void {
  for (const methods of tables) fillClass(cls, { methods })
}
