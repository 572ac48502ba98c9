export const folder = {
  kept: "This till keeps its own copy of each sale.",
  none: { text: "This till has no folder for its own copy of each sale: it cannot sell while offline.", grant: "Grant a folder on this till" },
  lost: { text: "The browser asks again for this till’s folder: until then it cannot sell while offline.", grant: "Allow the folder again" },
  forgets: "This folder does not keep what is written to it. Choose another.",
  unsupported: (browser) =>
    `Offline Mode is not supported in ${browser}. To continue selling without internet, ` +
    "please switch to Google Chrome or another supported browser.",
};
