/** A node pack of a person's own, as docker/steps/extra-nodes.sh takes it. */
export interface ExtraNode {
  /** Whole address, `https://github.com/owner/repo`. */
  repository: string;
  /** 40 hex digits. */
  commit: string;
  /** In custom_nodes. */
  folder: string;
}

/** One of `extraNodes`; the contract has checked its form. `owner/repo` is GitHub's. */
export function extraNode(text: string): ExtraNode {
  const at = text.lastIndexOf('@');
  const where = text.slice(0, at);
  const repository = /^[a-z]+:\/\//.test(where) ? where : `https://github.com/${where}`;
  const folder =
    repository
      .replace(/\/$/, '')
      .replace(/\.git$/, '')
      .split('/')
      .at(-1) ?? '';
  return { repository: repository.replace(/\/$/, ''), commit: text.slice(at + 1), folder };
}

/** Build argument EXTRA_NODES: space between two. */
export function extraNodesArgument(texts: readonly string[]): string {
  return texts
    .map(extraNode)
    .map(({ repository, commit }) => `${repository}@${commit}`)
    .join(' ');
}
