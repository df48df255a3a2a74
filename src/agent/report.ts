// Reports of checks: how single checks add up to a verdict.
import type { Check, CheckReport, CheckStatus } from '../huggingface/index.ts'

export function check(name: string, status: CheckStatus, details: readonly string[] = []): Check {
  return { name, status, details }
}

/** Passes where nothing is wrong. */
export function passesUnless(name: string, problems: readonly string[]): Check {
  return check(name, problems.length === 0 ? 'pass' : 'fail', problems)
}

/**
 * Rejected where a check fails; verified where none fails and what belief rests on was compared; else unverified.
 * @param doubts why it is not verified although nothing failed; none where it is
 */
export function reportOf(checks: readonly Check[], doubts: readonly string[]): CheckReport {
  const failed = checks.filter((c) => c.status === 'fail').flatMap((c) => c.details.map((d) => `${c.name}: ${d}`))
  if (failed.length > 0) return { verdict: 'rejected', why: failed, checks }
  return doubts.length > 0 ? { verdict: 'unverified', why: doubts, checks } : { verdict: 'verified', why: [], checks }
}

/** Why a report is not verified although nothing failed: what could not be checked. */
export function openQuestions(checks: readonly Check[]): readonly string[] {
  return checks.filter((c) => c.status === 'not-checkable').flatMap((c) => c.details.map((d) => `${c.name}: ${d}`))
}
