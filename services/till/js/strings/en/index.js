import { common } from "./common.js";
import { pay } from "./pay.js";
import { people } from "./people.js";
import { sell } from "./sell.js";
import { shell } from "./shell.js";
import { signIn } from "./sign_in.js";

export const t = { common, pay, people, sell, shell, signIn };
