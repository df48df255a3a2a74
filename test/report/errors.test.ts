import { expect, it } from 'vitest'
import { errorLines, errorReport } from '../../src/report/index.ts'
import { AnalysisError } from '../../src/text/index.ts'
import { validator } from '../cli/schemas.ts'

it('says where, why and what to do, a line each', () => {
  const error = new AnalysisError('unsupported-op', 'torch.ops.my_ext.fused_mlp', {
    span: { file: 'my_model/modeling_mine.py', line: 214, inside: 'MyMLP.forward' },
    notes: ['model.layers.0.mlp'],
  })
  expect(errorLines(errorReport(error))).toEqual([
    'error unsupported-op: torch.ops.my_ext.fused_mlp',
    '  my_model/modeling_mine.py:214 in MyMLP.forward',
    '  model.layers.0.mlp',
    '  No kernel of this name is known, so nothing below it was counted. Describe it in lm-predictor.overrides.json (lm-predictor help overrides).',
  ])
})

it('has an object for programs', () => {
  const known = errorReport(new AnalysisError('bad-option', '--batch 0: expected an integer from 1 on'))
  expect(known).toEqual({
    code: 'bad-option',
    message: '--batch 0: expected an integer from 1 on',
    where: null,
    why: [],
    hint: 'See the command with --help.',
  })
  expect(validator('errors')({ errors: [known, errorReport(new TypeError('x is not a function'))] })).toEqual([])
})
