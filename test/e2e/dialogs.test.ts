import assert from 'node:assert/strict';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { hasBrowser, openEditor, startBrowser } from '../support/browser.ts';
import { ROOT, startNodeRed, type FlowNode, type RunningNodeRed } from '../support/node-red.ts';

const LANGUAGES = ['en-US', 'zh-CN', 'ru'];
/** Pictures of every dialog, light and dark, are made only for somebody who looks at them: `SCREENSHOTS=1`. */
const WANTS_PICTURES = process.env.SCREENSHOTS === '1';
const SCREENSHOTS = path.join(ROOT, 'test', 'e2e', 'screenshots');
const CONFIG_NODES = new Set(['site', 'access-point']);

/** The editor cannot reach the public catalogue of nodes here, and says so in the console. */
const OFFLINE_NOISE =
  /catalogue|ERR_NAME_NOT_RESOLVED|ERR_INTERNET_DISCONNECTED|Failed to load resource/;

/** One node of each kind, so that every dialog has something to show. */
function flowOf(names: readonly string[]): FlowNode[] {
  const nodes = names.map((name, index) => ({
    id: `a00000000000000${index.toString(16)}`,
    type: `gatewire-${name}`,
    name: '',
    ...(CONFIG_NODES.has(name)
      ? { siteId: 'e2e', zone: 'Europe/Berlin', accessPointId: 'door' }
      : { z: 'f000000000000001', x: 200, y: 80 + index * 80, wires: [] }),
  }));
  return [{ id: 'f000000000000001', type: 'tab', label: 'dialogs' }, ...nodes];
}

describe('dialogs in Chromium', function () {
  this.timeout(120_000);
  let nodeRed: RunningNodeRed;
  let browser: Browser;
  let names: string[];

  before(async function () {
    if (!hasBrowser() && process.env.CI !== 'true') this.skip();
    names = await readdir(path.join(ROOT, 'nodes'));
    await mkdir(SCREENSHOTS, { recursive: true });
    nodeRed = await startNodeRed({ flows: flowOf(names) });
    browser = await startBrowser();
  });

  after(async () => {
    await browser.close();
    await nodeRed.stop();
  });

  for (const language of LANGUAGES) {
    it(`opens every node in ${language} without an error or a missing word`, async () => {
      const { page, errors } = await openEditor(browser, nodeRed.url, language);
      for (const [index, name] of names.entries()) {
        await openDialog(page, name, `a00000000000000${index.toString(16)}`);
        assert.deepEqual(await untranslated(page, name), [], `${name} in ${language}`);
        if (WANTS_PICTURES) await takePictures(page, `${name}-${language}`);
        await closeDialog(page);
      }
      assert.deepEqual(
        errors.filter((error) => !OFFLINE_NOISE.test(error)),
        [],
      );
      await page.context().close();
    });
  }
});

async function openDialog(page: Page, name: string, id: string): Promise<void> {
  await page.evaluate(
    ({ type, node, isConfig }) => {
      const { RED } = window as unknown as { RED: EditorGlobals };
      // What the editor would have saved, had the node been dragged from the palette.
      const fillDefaults = (target: EditorNode): void => {
        for (const [property, { value }] of Object.entries(target._def.defaults)) {
          target[property] ??= value;
        }
      };
      RED.sidebar.help.show(type);
      fillDefaults(RED.nodes.node(node));
      if (isConfig) RED.editor.editConfig('', type, node);
      else RED.editor.edit(RED.nodes.node(node));
    },
    { type: `gatewire-${name}`, node: id, isConfig: CONFIG_NODES.has(name) },
  );
  await page.waitForSelector('.red-ui-tray-body:visible .form-row');
  await page.waitForTimeout(400);
}

async function closeDialog(page: Page): Promise<void> {
  await page.click('#node-dialog-cancel, #node-config-dialog-cancel');
  await page.waitForSelector('.red-ui-tray', { state: 'detached' });
}

async function takePictures(page: Page, name: string): Promise<void> {
  for (const theme of ['light', 'dark']) {
    await setTheme(page, theme === 'dark');
    await page.screenshot({ path: path.join(SCREENSHOTS, `${name}-${theme}.png`) });
  }
  await setTheme(page, false);
}

async function setTheme(page: Page, dark: boolean): Promise<void> {
  await page.evaluate((on) => {
    document.documentElement.classList.toggle('nr-theme-dark', on);
  }, dark);
}

/** Visible texts that are catalogue keys: a word that no language has. */
async function untranslated(page: Page, name: string): Promise<string[]> {
  return page.evaluate((node) => {
    const key = new RegExp(`^(?:${node}|common)\\.[a-zA-Z]+\\.[a-zA-Z.]+$`);
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found: string[] = [];
    while (walker.nextNode()) {
      const text = (walker.currentNode.textContent ?? '').trim();
      if (key.test(text)) found.push(text);
    }
    const placeholders = [...document.querySelectorAll<HTMLInputElement>('[placeholder]')];
    return [
      ...found,
      ...placeholders.map((input) => input.placeholder).filter((text) => key.test(text)),
    ];
  }, name);
}

interface EditorGlobals {
  sidebar: { help: { show(type: string): void } };
  editor: { edit(node: unknown): void; editConfig(name: string, type: string, id: string): void };
  nodes: { node(id: string): EditorNode };
}

interface EditorNode extends Record<string, unknown> {
  _def: { defaults: Record<string, { value: unknown }> };
}
