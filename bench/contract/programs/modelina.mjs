// Writes a TypeScript file for each type that Modelina makes of an AsyncAPI document: node modelina.mjs DOCUMENT FOLDER
import { readFileSync } from "node:fs";
import { TypeScriptFileGenerator } from "@asyncapi/modelina";

const [document, folder] = process.argv.slice(2);
const generator = new TypeScriptFileGenerator({ modelType: "interface", enumType: "union", rawPropertyNames: true });
await generator.generateToFiles(JSON.parse(readFileSync(document, "utf8")), folder, { exportType: "named" });
