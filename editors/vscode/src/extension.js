// The language client of VS Code for `ssot server`: starts it, tells how it is, and offers commands.

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import * as vscode from "vscode";
import { LanguageClient, State } from "vscode-languageclient/node";

const NAME = "SSOT engine";
const INSTALL = "pip install 'flake8-ssot-engine[server]'";
const REPORT = "ssot-report.html";
const NEED_RESTART = ["ssot.path", "ssot.args", "ssot.fixBaselined"];

/** @type {LanguageClient | undefined} */
let client;
/** @type {Promise<void>} One start at a time, each after the end of the one before. */
let starting = Promise.resolve();
/** @type {vscode.LanguageStatusItem} */
let status;
/** @type {vscode.LogOutputChannel} */
let log;

/** @param {vscode.ExtensionContext} context */
export async function activate(context) {
  log = vscode.window.createOutputChannel(NAME, { log: true });
  status = vscode.languages.createLanguageStatusItem("ssot", { language: "python" });
  status.name = NAME;
  status.command = { command: "ssot.showLog", title: "Show log" };

  /** @type {[string, () => unknown][]} */
  const commands = [
    ["ssot.restart", restart],
    ["ssot.showLog", () => log.show()],
    ["ssot.showStatus", () => runInTerminal("status")],
    ["ssot.showReport", showReport],
    ["ssot.fixAll", fixAll],
  ];
  context.subscriptions.push(
    log,
    status,
    ...commands.map(([id, act]) => vscode.commands.registerCommand(id, act)),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (NEED_RESTART.some((name) => change.affectsConfiguration(name))) restart();
    }),
  );
  const changed = (await pythonEnvironments())?.onDidChangeActiveEnvironmentPath(restart);
  if (changed) context.subscriptions.push(changed);
  await restart();
}

export async function deactivate() {
  await starting;
  await client?.dispose();
}

function restart() {
  starting = starting
    .then(stop)
    .then(start)
    .catch((error) => {
      log.error(`ssot server does not start: ${error}`);
      log.error(`Is it installed? ${INSTALL}; the setting ssot.path names another one.`);
      tell("does not start", `is it installed? ${INSTALL}`);
    });
  return starting;
}

async function stop() {
  const old = client;
  client = undefined; // so that what it says while it ends is not shown
  try {
    await old?.dispose();
  } catch (error) {
    log.warn(`the server did not end well: ${error}`);
  }
}

async function start() {
  const settings = vscode.workspace.getConfiguration("ssot");
  const command = await ssotCommand();
  log.info(`starting ${command} server`);
  tell("starting", command);
  const mine = new LanguageClient(
    "ssot", // of which the client reads `ssot.trace.server`
    NAME,
    { command, args: ["server", ...settings.get("args", [])] },
    {
      documentSelector: [{ language: "python", scheme: "file" }],
      initializationOptions: { fixBaselined: settings.get("fixBaselined", false) },
      outputChannel: log,
      connectionOptions: { maxRestartCount: 1 }, // in three minutes; one that cannot start is not tried on
    },
  );
  client = mine;
  mine.onDidChangeState(({ newState }) => {
    if (client !== mine) return;
    if (newState === State.Running) tell("running", versionOf(mine) ?? command);
    if (newState === State.Starting) tell("starting", command);
    if (newState === State.Stopped) tell("stopped", `${command} has ended; the log may say why`);
  });
  await mine.start();
}

/**
 * @param {"starting" | "running" | "stopped" | "does not start"} state
 * @param {string} detail
 */
function tell(state, detail) {
  status.text = `SSOT: ${state}`;
  status.detail = detail;
  status.busy = state === "starting";
  status.severity =
    state === "starting" || state === "running"
      ? vscode.LanguageStatusSeverity.Information
      : vscode.LanguageStatusSeverity.Error;
}

/** @param {LanguageClient} running */
function versionOf(running) {
  const server = running.initializeResult?.serverInfo;
  return server && `${server.name} ${server.version ?? ""}`.trim();
}

/** The interface of Microsoft's Python extension, where there is one that works. */
async function pythonEnvironments() {
  try {
    const extension = vscode.extensions.getExtension("ms-python.python");
    return extension && (await extension.activate())?.environments;
  } catch (error) {
    log.warn(`the Python extension does not start: ${error}`);
  }
}

/** What the setting names, or else what lies beside the selected Python, or else `ssot` of the path. */
async function ssotCommand() {
  const set = vscode.workspace.getConfiguration("ssot").get("path", "");
  if (set) return set;
  const environments = await pythonEnvironments();
  const folder = vscode.workspace.workspaceFolders?.[0];
  const selected = environments?.getActiveEnvironmentPath(folder?.uri);
  const environment = selected && (await environments.resolveEnvironment(selected));
  const python = environment?.executable.uri?.fsPath;
  if (python) {
    // On Windows the Python of a virtual environment lies in Scripts, others above it.
    const beside = ["ssot", "ssot.exe", join("Scripts", "ssot.exe")];
    const found = beside.map((name) => join(dirname(python), name)).find((one) => existsSync(one));
    if (found) return found;
    log.warn(`${python} has no ssot beside it (${INSTALL}); looking on the path`);
  }
  return "ssot";
}

/** Run `ssot COMMAND` as a task: a terminal in which no shell has to be quoted for. */
async function runInTerminal(/** @type {string} */ name) {
  const folder = await currentFolder();
  if (!folder) return;
  const process = new vscode.ProcessExecution(await ssotCommand(), [name], { cwd: folder.uri.fsPath });
  const task = new vscode.Task({ type: "process" }, folder, `ssot ${name}`, "ssot", process, []);
  return { folder, execution: await vscode.tasks.executeTask(task) };
}

/** Make the report, and open its page in the browser. */
async function showReport() {
  const run = await runInTerminal("report");
  if (!run) return;
  const ended = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
    if (execution !== run.execution) return;
    ended.dispose();
    if (exitCode === 0) vscode.env.openExternal(vscode.Uri.joinPath(run.folder.uri, REPORT));
  });
}

async function currentFolder() {
  const active = vscode.window.activeTextEditor?.document.uri;
  const folder = active && vscode.workspace.getWorkspaceFolder(active);
  if (folder) return folder;
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length > 1) return vscode.window.showWorkspaceFolderPick();
  if (!folders.length) vscode.window.showInformationMessage("SSOT: open the project's folder first.");
  return folders[0];
}

function fixAll() {
  return vscode.commands.executeCommand("editor.action.sourceAction", {
    kind: "source.fixAll.ssot",
    apply: "first",
  });
}
