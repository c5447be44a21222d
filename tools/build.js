/**
 * Builds dist/: the runtime by tsc, the engine's programs as one file each, the models of faces, and for each node one html file (bundled editor code and form), its catalogues,
 * its help (markdown, wrapped as Node-RED wants it) and its icons.
 */
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { bundleEngine, bundleWorkbooks } from './bundle-engine.js';
import { copyModels } from './copy-models.js';

const root = path.resolve(import.meta.dirname, '..');
const LANGUAGES = ['en-US', 'zh-CN', 'ru'];

await rm(path.join(root, 'dist'), { recursive: true, force: true });
tsc('tsconfig.build.json');
await bundleEngine(path.join(root, 'dist', 'lib', 'engine'));
await bundleWorkbooks(path.join(root, 'dist'));
await copyModels(path.join(root, 'dist', 'models'));
for (const name of await nodeNames()) await buildNode(name);
// Comes last: without it a build that was interrupted would pass for a whole one.
await writeFile(path.join(root, 'dist', '.built'), '');

function tsc(project) {
  const compiler = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [compiler, '-p', project], { cwd: root, stdio: 'inherit' });
}

async function nodeNames() {
  const entries = await readdir(path.join(root, 'nodes'), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

async function buildNode(name) {
  const source = path.join(root, 'nodes', name);
  const target = path.join(root, 'dist', 'nodes', name);
  await mkdir(target, { recursive: true });
  await writeFile(path.join(target, `${name}.html`), await editorHtml(source, name));
  for (const language of LANGUAGES) await buildLocale(source, target, name, language);
  const icons = path.join(source, 'icons');
  if (existsSync(icons)) await cp(icons, path.join(target, 'icons'), { recursive: true });
}

async function editorHtml(source, name) {
  const bundle = await build({
    entryPoints: [path.join(source, `${name}.editor.ts`)],
    bundle: true,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    write: false,
  });
  const form = await readFile(path.join(source, `${name}.html`), 'utf8');
  const style = await readFile(path.join(root, 'lib', 'editor', 'form.css'), 'utf8');
  return [
    `<style>\n${style}</style>`,
    `<script type="text/javascript">\n${bundle.outputFiles[0].text}</script>`,
    `<script type="text/html" data-template-name="gatewire-${name}">`,
    `<div class="gatewire-form">\n${form}</div>\n</script>\n`,
  ].join('\n');
}

/** The catalogue of a node is its own file with the words that all nodes share mixed in. */
async function buildLocale(source, target, name, language) {
  const folder = path.join(source, 'locales', language);
  const out = path.join(target, 'locales', language);
  await mkdir(out, { recursive: true });
  const own = JSON.parse(await readFile(path.join(folder, `${name}.json`), 'utf8'));
  const shared = JSON.parse(
    await readFile(path.join(root, 'lib', 'editor', 'locales', `${language}.json`), 'utf8'),
  );
  const catalogue = { [name]: own, common: shared };
  await writeFile(path.join(out, `${name}.json`), JSON.stringify(catalogue, undefined, 1));
  const help = await readFile(path.join(folder, `${name}.md`), 'utf8');
  await writeFile(
    path.join(out, `${name}.html`),
    `<script type="text/markdown" data-help-name="gatewire-${name}">\n${help}</script>\n`,
  );
}
