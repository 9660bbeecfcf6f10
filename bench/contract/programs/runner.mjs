// Runs a compiled program over a task.create and prints what it makes: node runner.mjs PROGRAM TASK
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [program, task] = process.argv.slice(2);
const { talk } = await import(pathToFileURL(program).href);
console.log(talk(readFileSync(task, "utf8")));
