/**
 * Address of the module `name` beside the module at `url`, in the same form: TypeScript in the source
 * tree, JavaScript in the build. For threads and processes, which are started by file.
 */
export function siblingModule(url: string, name: string): URL {
  return new URL(`./${name}${url.slice(url.lastIndexOf('.'))}`, url);
}
