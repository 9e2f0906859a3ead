// A conversation for paper: shown whole, so that it can be printed at once.

window.print();
