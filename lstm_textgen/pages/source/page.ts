/** The page: its tabs, each of which begins with its module. */

import "./tabs/write/write.ts";
import "./tabs/together/together.ts";
import "./tabs/teach/teach.ts";
