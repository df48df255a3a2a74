// Parameters of functions and lambdas.
import { ExpressionParser } from './expressions.ts'
import { Kind } from './kinds.ts'
import type { ExpressionNode, Parameter, ParametersNode } from './tree.ts'

export abstract class ParameterParser extends ExpressionParser {
  protected override parameters(end: Kind, annotated: boolean): ParametersNode {
    const posonlyargs: Parameter[] = []
    let args: Parameter[] = []
    const kwonlyargs: Parameter[] = []
    const kw_defaults: (ExpressionNode | null)[] = []
    const defaults: ExpressionNode[] = []
    let vararg: Parameter | undefined
    let kwarg: Parameter | undefined
    let starred = false
    while (this.kind !== end) {
      if (kwarg !== undefined) this.fail('arguments cannot follow var-keyword argument')
      if (this.kind === Kind.Slash) {
        if (starred || posonlyargs.length > 0 || args.length === 0) this.fail()
        this.next()
        posonlyargs.push(...args)
        args = []
      } else if (this.kind === Kind.Star) {
        if (starred) this.fail('* argument may appear only once')
        starred = true
        this.next()
        if (this.at(Kind.Name)) vararg = this.parameter(annotated, true)
        else if (!this.at(Kind.Comma) || this.isLastComma(end)) this.fail('named arguments must follow bare *')
      } else if (this.take(Kind.DoubleStar)) kwarg = this.parameter(annotated, false)
      else {
        const parameter = this.parameter(annotated, false)
        const value = this.take(Kind.Equal) ? this.expression() : undefined
        if (starred) {
          kwonlyargs.push(parameter)
          kw_defaults.push(value ?? null)
        } else {
          if (value !== undefined) defaults.push(value)
          else if (defaults.length > 0) this.fail('non-default argument follows default argument')
          args.push(parameter)
        }
      }
      if (!this.take(Kind.Comma)) break
    }
    return { nodeType: 'Arguments', posonlyargs, args, vararg, kwonlyargs, kw_defaults, kwarg, defaults }
  }

  private isLastComma(end: Kind): boolean {
    const state = this.saved()
    this.next()
    const { kind } = this
    this.restore(state)
    return kind === end || kind === Kind.DoubleStar
  }

  private parameter(annotated: boolean, starred: boolean): Parameter {
    const { lineno, col_offset } = this
    const arg = this.name()
    const hasAnnotation = annotated && this.take(Kind.Colon)
    const annotation = !hasAnnotation ? undefined : starred ? this.starExpression() : this.expression()
    const { end_lineno, end_col_offset } = this
    return { nodeType: 'Arg', arg, annotation, lineno, col_offset, end_lineno, end_col_offset }
  }
}
