//! The examples at the end of each help.

pub(super) const LIFEBOAT: &str = "\
Examples:
  lifeboat                     the console; the current context will do for a start
  lifeboat demo                the same on an embedded world, with nothing else installed
  lifeboat glance              whether anything is wrong, in a few lines
  lifeboat check               whether today's backups are there
  lifeboat usage               what the buckets hold and cost
  lifeboat config init         begin a configuration from what is found here
  lifeboat drill               drill a random backup of production
  lifeboat history             what has been tested, and what came of it";

pub(super) const GLANCE: &str = "\
Examples:
  lifeboat glance                         every environment, a line each, then what is wrong
  lifeboat glance --env prod --all        every pod of production
  lifeboat glance --plain                 sentences, for a ticket
  lifeboat glance --env prod --json       for a scheduled job";

pub(super) const CHECK: &str = "\
Examples:
  lifeboat check                          every backup set, a line each, then what is wrong
  lifeboat check --env prod --json        for a script
  lifeboat check --notify --scan newest   for a scheduled job: Slack hears of changes
  lifeboat check --prometheus /var/lib/node_exporter/lifeboat.prom";

pub(super) const USAGE: &str = "\
Examples:
  lifeboat usage                          every bucket: size, change, cost, alarms
  lifeboat usage --bucket my-backups --since 2w
  lifeboat usage --since 450d --csv > usage.csv
  lifeboat usage --json                   for a script";

pub(super) const DRILL: &str = "\
Examples:
  lifeboat drill                                   a random backup of production
  lifeboat drill --env staging --depth restore     restored and counted, without its source
  lifeboat drill --env prod --object prod/2026-11-03T00_00.tar.gz
  lifeboat drill --seed 4711                       the same pick once more
  lifeboat drill --latest --strict --json          for a scheduled job";

pub(super) const SCAN: &str = "\
Examples:
  lifeboat scan s3://ingest-db-backup/prod/2026-11-03T00_00.tar.gz
  lifeboat scan ./2026-11-03T00_00.tar.gz
  mongodump --out dump && tar -cz dump | lifeboat scan -";

pub(super) const HISTORY: &str = "\
Examples:
  lifeboat history --env prod             the drills of production
  lifeboat history 01KA3 --markdown       one report, for a ticket
  lifeboat history --csv > drills.csv     all of them, for a spreadsheet
  lifeboat history import checklist.csv   what was tested before Lifeboat";

pub(super) const SWEEP: &str = "\
Examples:
  lifeboat sweep --dry-run                what would be removed
  lifeboat sweep                          remove it
  lifeboat sweep --force 01KA3QZX8M       also what another user's drill has left";

pub(super) const CONFIG: &str = "\
Examples:
  lifeboat config init                    begin a file
  lifeboat config check                   everything that is wrong with it
  lifeboat config show                    what is in effect, defaults marked";

pub(super) const CONFIG_INIT: &str = "\
Examples:
  lifeboat config init                      write to the usual place
  lifeboat config init --config my.toml     write elsewhere";

pub(super) const CONFIG_CHECK: &str = "\
Examples:
  lifeboat config check
  lifeboat config check --config my.toml";

pub(super) const CONFIG_SHOW: &str = "\
Examples:
  lifeboat config show
  lifeboat config show --config my.toml";

pub(super) const CONFIG_PATH: &str = "\
Examples:
  $EDITOR \"$(lifeboat config path)\"";

#[cfg(feature = "demo")]
pub(super) const DEMO: &str = "\
Examples:
  lifeboat demo                           the console
  lifeboat demo glance                    what is wrong in the world
  lifeboat demo check                     what is wrong with its backups
  lifeboat demo usage                     what its buckets hold and cost
  lifeboat demo drill                     a healthy backup, from end to end
  lifeboat demo --fault cut-dump drill    the same, but the dump is cut short
  lifeboat demo history                   what the world's journal holds
  lifeboat demo --serve                   reach its servers with your own tools";

#[cfg(feature = "demo")]
pub(super) const DEMO_DRILL: &str = "\
Examples:
  lifeboat demo drill
  lifeboat demo drill --env staging --depth restore
  lifeboat demo --fault oom drill";

pub(super) const COMPLETIONS: &str = "\
Examples:
  lifeboat completions bash > ~/.local/share/bash-completion/completions/lifeboat
  lifeboat completions zsh > ~/.zfunc/_lifeboat";

pub(super) const MAN: &str = "\
Examples:
  lifeboat man > ~/.local/share/man/man1/lifeboat.1";
