"""The command line: argument parsing, manners of output, and one small file per subcommand.

FRONT DOOR. Talks to :class:`~modelscope_tui.explorer.Explorer` and to pure records; knows no network and no screen.

    __main__.main ──▶ cli.main.run ──▶ cli.arguments  which command, which options
                                  ├──▶ cli.<command>  asks the Explorer, answers through cli.output.Output
                                  └──▶ cli.explore    opens the terminal explorer
"""
