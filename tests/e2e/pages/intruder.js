// Of a frame that a script has put into the page: of the page's own origin, and not the page.
const vault = parent.document.querySelector('iframe');
const { port2 } = new MessageChannel();
vault.contentWindow.postMessage('downscope connect', '*', [port2]);
