//! Arguments, configuration, log, run: the only place that knows `color_eyre`.

use std::process::ExitCode;
use std::time::Duration;

use color_eyre::eyre::{Result, WrapErr as _};
use tokio::runtime::Runtime;

use lifeboat::cli::{self, Cli, Command};
use lifeboat::config::{self, DefaultFolders};
use lifeboat::logging;
use lifeboat::runtime::clock::Clock;
use lifeboat::runtime::console::{self, terminal_check};
use lifeboat::runtime::exit::Exit;
use lifeboat::runtime::headless::paint::Paper;
use lifeboat::runtime::headless::{
    Session, buckets, check, configure, drill, glance, history, scan, sweep, usage,
};

/// How long what still blocks may take once the command has ended.
const FAREWELL: Duration = Duration::from_millis(200);

fn main() -> Result<ExitCode> {
    let cli = Cli::parse_or_exit();
    match &cli.command {
        Some(Command::Completions { shell }) => {
            cli::write_completions(*shell, &mut std::io::stdout().lock())
                .wrap_err("writing the completions")?;
            return Ok(ExitCode::SUCCESS);
        }
        Some(Command::Man) => {
            cli::write_manual(&mut std::io::stdout().lock()).wrap_err("writing the manual")?;
            return Ok(ExitCode::SUCCESS);
        }
        _ => {}
    }
    color_eyre::install()?;
    // One provider for every client: AWS, Kubernetes, MongoDB, Slack.
    rustls::crypto::ring::default_provider().install_default().ok();
    let runtime = Runtime::new().wrap_err("starting the runtime")?;
    let exit = runtime.block_on(run(cli));
    runtime.shutdown_timeout(FAREWELL);
    exit.map(ExitCode::from)
}

async fn run(cli: Cli) -> Result<Exit> {
    let paper = Paper::of_stdout(cli.wants_colours());
    let folders = DefaultFolders::of_this_user()?;
    let file = cli.config_file();
    if let Some(text) = cli.console().and_then(terminal_check::refusal) {
        return Ok(usage(&text, paper));
    }
    if let Some(Command::Config(command)) = cli.command {
        return Ok(configure::configure(command, file.as_deref(), &folders, paper).await);
    }
    #[cfg(feature = "demo")]
    if let Some(Command::Demo(arguments)) = &cli.command {
        let running = lifeboat::runtime::demo::run(arguments, paper, &cli);
        return Ok(Box::pin(running).await?);
    }
    let settings = match config::load(file.as_deref(), &folders) {
        Ok(settings) => settings,
        Err(problems) => return Ok(configure::refuse(&problems, paper)),
    };
    let log = logging::start(&settings.folders.state, cli.log_level)?;
    let session = Session {
        settings,
        clock: Clock::system(),
        paper,
        json: cli.json,
        seed: None,
        program: Some("lifeboat"),
        trainer: None,
    };
    let exit = match &cli.command {
        Some(Command::Glance(arguments)) => glance::glance(&session, arguments).await,
        Some(Command::Check(arguments)) => Box::pin(check::check(&session, arguments)).await,
        Some(Command::Usage(arguments)) => buckets::usage(&session, arguments).await,
        Some(Command::Drill(arguments)) => drill::drill(&session, arguments).await,
        Some(Command::Scan(arguments)) => scan::scan(&session, arguments).await,
        Some(Command::History(arguments)) => history::history(&session, arguments),
        Some(Command::Sweep(arguments)) => sweep::sweep(&session, arguments).await,
        None => Box::pin(console::run(&session)).await?,
        Some(_) => Exit::Usage,
    };
    drop(log);
    Ok(exit)
}
