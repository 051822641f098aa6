/** Variables whose value nobody may read in a log. */
const SECRET_NAME = /TOKEN|API_?KEY|SECRET|PASSWORD|PASSWD|CREDENTIAL/i;
/** Shorter values are words of any log (`true`, `none`). */
const LEAST_CHARS = 8;

/** Values that are secret in this environment, whatever they look like. */
export function secretsOfEnv(env: NodeJS.ProcessEnv): string[] {
  const values = Object.entries(env).flatMap(([name, value = '']) =>
    // A path (HF_TOKEN_PATH, …_PASSWORD_FILE) says where the secret is, not what it is.
    SECRET_NAME.test(name) && value.length >= LEAST_CHARS && !/^[./~]/.test(value)
      ? [value.trim()]
      : [],
  );
  return [...new Set(values)];
}
