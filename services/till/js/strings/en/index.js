import { common } from "./common.js";
import { folder } from "./folder.js";
import { orders } from "./orders.js";
import { pay } from "./pay.js";
import { people } from "./people.js";
import { recovery } from "./recovery.js";
import { sell } from "./sell.js";
import { settings } from "./settings.js";
import { shell } from "./shell.js";
import { signIn } from "./sign_in.js";
import { team } from "./team.js";

export const t = { common, folder, orders, pay, people, recovery, sell, settings, shell, signIn, team };
