import { readStartupLine } from '../launch/startup-log.ts';
import { nodes } from '../recipe/nodes.ts';
import { withoutColour } from '../text/sanitise.ts';

/** A node pack that did not load, as ComfyUI's log told it. */
export interface ImportFailure {
  pack: string;
  /** The traceback's last line, else the reason that ComfyUI gives; '' where there is neither. */
  why: string;
  /** Node classes of the recipe that are missing with it. */
  missingClasses: number;
}

/** The last line of a Python traceback: the exception and its words. */
const EXCEPTION = /^[A-Za-z_][\w.]*(?:Error|Exception|Interrupt|Exit|Warning)\b/;

/**
 * Reads a starting ComfyUI's log line by line. A traceback stands before the line that names the pack
 * (nodes.py load_custom_node, recorded with 0.3.64); the list of import times repeats the pack later.
 */
export class ImportFailures {
  readonly #found = new Map<string, ImportFailure>();
  #exception = '';
  #inTraceback = false;

  /** The failure that this line completes; null for any other line, and for a pack that was told. */
  read(line: string): ImportFailure | null {
    const text = withoutColour(line).trimEnd();
    if (text.startsWith('Traceback (most recent call last)')) {
      this.#inTraceback = true;
      this.#exception = '';
    } else if (this.#inTraceback && EXCEPTION.test(text)) {
      this.#exception = text;
      this.#inTraceback = false;
    }
    const finding = readStartupLine(text);
    switch (finding?.kind) {
      case 'cannot-import':
        return this.#tell(finding.pack, this.#exception || finding.why);
      case 'prestartup-failed':
      case 'import-failed':
        return this.#tell(finding.pack, this.#exception);
      default:
        return null;
    }
  }

  get all(): ImportFailure[] {
    return [...this.#found.values()];
  }

  #tell(pack: string, why: string): ImportFailure | null {
    this.#exception = '';
    if (this.#found.has(pack)) return null;
    const failure = { pack, why, missingClasses: classesOf(pack).length };
    this.#found.set(pack, failure);
    return failure;
  }
}

function classesOf(folder: string): string[] {
  return nodes().nodes.find((pack) => pack.folder === folder)?.classes ?? [];
}

/** `ComfyUI-WanVideoWrapper did not load: ModuleNotFoundError: …; 13 node classes are missing with it.` */
export function importFailureWords({ pack, why, missingClasses }: ImportFailure): string {
  const reason = why === '' ? '' : `: ${why.replace(/\.$/, '')}`;
  const classes =
    missingClasses === 0
      ? ''
      : `; ${missingClasses} node ${missingClasses === 1 ? 'class is' : 'classes are'} missing with it`;
  return `${pack} did not load${reason}${classes}.`;
}
