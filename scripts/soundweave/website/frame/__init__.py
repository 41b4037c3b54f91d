"""What all pages share: the folder of files, the page shell, addresses and locales."""
