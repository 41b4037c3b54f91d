"""The frame that all pages share: the folder of files, the page shell, addresses and locales."""
