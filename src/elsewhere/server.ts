import { exitCodes } from '../contract/exit-codes.ts';
import { Failure } from '../contract/failure.ts';
import { statusSchema } from '../contract/status.ts';
import { ON_VARIABLE } from '../runner/own-command.ts';
import { shellWord } from '../text/shell-word.ts';
import { Forwards } from './forwards.ts';
import type { OnServer } from './on-option.ts';
import { type OwnProgram, payloadFor } from './payload.ts';
import { type PlacedProgram, type PlaceProgress, placeProgram } from './place-program.ts';
import { SSH_FAILED, SshConnection } from './ssh.ts';
import { sshRefusal } from './ssh-failures.ts';
import { readSurvey, surveyScript } from './survey.ts';

/** What of the person's own environment the program there draws by; no secret goes along. */
const DRAWS_BY = ['NO_COLOR', 'FORCE_COLOR', 'COLORTERM', 'INK_SCREEN_READER'];

export interface ServerOptions {
  env: NodeJS.ProcessEnv;
  progress: PlaceProgress;
  signal: AbortSignal;
  own?: OwnProgram;
}

/** A server to which one connection is open and on which this version of the program lies. */
export class Server {
  readonly host: string;
  readonly forwards: Forwards;
  readonly #ssh: SshConnection;
  readonly #program: PlacedProgram;
  readonly #start: string;
  readonly #written: string;

  private constructor(
    ssh: SshConnection,
    program: PlacedProgram,
    on: OnServer,
    env: NodeJS.ProcessEnv,
  ) {
    this.host = ssh.destination;
    this.forwards = new Forwards(ssh);
    this.#ssh = ssh;
    this.#program = program;
    this.#written = on.written;
    const kept = DRAWS_BY.flatMap((name) =>
      env[name] === undefined ? [] : [`${name}=${env[name]}`],
    );
    this.#start = ['env', `${ON_VARIABLE}=${on.written}`, ...kept, ...program.words]
      .map(shellWord)
      .join(' ');
  }

  /**
   * Logs in, looks at the machine and sees to it that the program is there.
   * @throws Failure of ssh-failures.ts, survey.ts, payload.ts, place-program.ts, or the signal's reason
   */
  static async reach(on: OnServer, options: ServerOptions): Promise<Server> {
    const { env, progress, signal, own } = options;
    const ssh = new SshConnection(on.destination, env);
    try {
      const login = await ssh.login(surveyScript, signal);
      if (login.exitCode === SSH_FAILED) throw sshRefusal(on.destination, login.stderr);
      const survey = readSurvey(on.destination, login.stdout);
      const payload = await payloadFor(on.destination, survey, own);
      const program = await placeProgram(ssh, survey, payload, progress, signal);
      return new Server(ssh, program, on, env);
    } catch (error) {
      await ssh.close();
      throw error;
    }
  }

  /** Runs a command of the program there and gives what it printed. */
  ask(args: readonly string[]) {
    return this.#ssh.sh(`${this.#start} ${args.map(shellWord).join(' ')}`);
  }

  /** Ports of our containers that run there; none where its engine does not answer. */
  async ports(): Promise<number[]> {
    const { stdout } = await this.ask(['status', '--json']);
    const status = statusSchema.safeParse(parsedLine(stdout));
    if (!status.success) return [];
    return status.data.containers.flatMap(({ url, state }) =>
      url !== null && state === 'running' ? [Number(new URL(url).port)] : [],
    );
  }

  /**
   * Runs a command of the program there before the person. Gives its exit code; a signal is passed
   * on to it by `kill`, since without a terminal ssh passes none on.
   * @throws Failure ssh-connection-lost
   */
  session(args: readonly string[], { tty }: { tty: boolean }) {
    const pidFile = `${this.#program.folder}/pid-${process.pid}-${Date.now()}`;
    const command = [this.#start, ...args.map(shellWord)].join(' ');
    const noted = `echo $$ > ${shellWord(pidFile)}; exec ${command}`;
    const { child, ended } = this.#ssh.session(tty ? command : `sh -c ${shellWord(noted)}`, {
      tty,
    });
    return {
      ended: ended.then(async (exitCode) => {
        if (exitCode === null || exitCode === SSH_FAILED) throw this.#lost();
        if (!tty) await this.#ssh.sh(`rm -f ${shellWord(pidFile)}`);
        return exitCode;
      }),
      signal: (name: 'INT' | 'TERM') => this.#ssh.sh(signalScript(shellWord(pidFile), name)),
      /** Leaves it to itself: a run goes on without who watches it. */
      leave: () => child.kill('SIGTERM'),
    };
  }

  /** @throws Failure ssh-connection-lost */
  async stillThere(): Promise<void> {
    if (!(await this.#ssh.lives())) throw this.#lost();
  }

  close(): Promise<void> {
    return this.#ssh.close();
  }

  #lost(): Failure {
    return new Failure({
      code: 'ssh-connection-lost',
      sentence: `The connection to ${this.host} is lost; a run that was started there goes on.`,
      fixes: [{ label: 'Watch it again', command: `steadydancer attach --on ${this.#written}` }],
      exitCode: exitCodes.sighup,
    });
  }
}

/** The program there may not have begun yet: a wish to stop it must not be lost. */
const signalScript = (pidFile: string, name: string) =>
  `i=0; while [ ! -s ${pidFile} ] && [ $i -lt 20 ]; do sleep 1; i=$((i + 1)); done; ` +
  `kill -${name} $(cat ${pidFile})`;

function parsedLine(text: string): unknown {
  try {
    return JSON.parse(text.trim().split('\n').at(-1) ?? '');
  } catch {
    return null;
  }
}
