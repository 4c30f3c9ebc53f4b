// Firefox tells beacons from the pings of links; blockers' rules have one word for both.
browser.webRequest.onBeforeRequest.addListener(
  () => ({ cancel: true }),
  { urls: ['<all_urls>'], types: ['beacon', 'ping'] },
  ['blocking'],
);
