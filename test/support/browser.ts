import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function hasBrowser(): boolean {
  return existsSync(CHROMIUM);
}

export async function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, headless: true, args: FLAGS });
}

/** A page with the Node-RED editor, ready to work, in the language. Console errors are collected. */
export async function openEditor(
  browser: Browser,
  url: string,
  language: string,
): Promise<{ page: Page; errors: string[] }> {
  const context = await browser.newContext({
    locale: language,
    viewport: { width: 1400, height: 1000 },
  });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => {
    errors.push(error.message);
  });
  await page.addInitScript((code) => {
    localStorage.setItem('editor-language', code);
  }, language);
  await page.goto(url);
  await page.waitForSelector('.red-ui-palette-node[data-palette-type="gatewire-permission-check"]');
  return { page, errors };
}
