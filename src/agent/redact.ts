// Secrets are taken out of everything that is shown, written or handed to a tool: the values that the environment calls keys
// or tokens, and whatever looks like a key of Anthropic's or OpenAI's.

const secretName = /(^|_)(API_KEY|KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS?)$/i
const secretText = /\bsk-[A-Za-z0-9_-]{8,}/g
/** Shorter values would hide ordinary words. */
const shortest = 8

export type Redact = (text: string) => string

export function redactor(env: Readonly<Record<string, string | undefined>>): Redact {
  const secrets = Object.entries(env)
    .flatMap(([name, value]) =>
      value !== undefined && value.length >= shortest && secretName.test(name) ? [value] : [],
    )
    .sort((a, b) => b.length - a.length)
  return (text) =>
    secrets.reduce((t, secret) => t.replaceAll(secret, '[redacted]'), text).replace(secretText, '[redacted]')
}
