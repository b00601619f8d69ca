//! A vault in this process: opened, served, and stopped without losing anything.
//!
//! Invariant: stopping has an order. First no new connections and the answers to what is under way, then the jobs,
//! then the committer and the database.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use oneclaw_app::mail::{MailUrlError, Mailer};
use oneclaw_app::{App, BootError, Kind, Settings, jobs, users};
use oneclaw_core::clock::SystemClock;
use oneclaw_core::outbound::TrustedNetworks;
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::master::MasterKeyError;
use oneclaw_crypto::random::SystemRandom;
use oneclaw_server::{FloodLimits, Metrics, ServerConfig};
use oneclaw_store::{Config as Database, StoreError};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::banner::{DEMO_OWNER, DEMO_PASSWORD};
use super::folder;
use crate::args;
use crate::config::Config;
use crate::output::{Exit, Failure};

/// How a person gets in for the first time.
pub(crate) enum SignIn {
    /// The vault has an owner.
    Known,
    /// With a link that makes the first owner, once.
    SetUp(String),
    /// As the owner of a demonstration.
    Demonstration,
}

/// A vault that serves.
pub(crate) struct Instance {
    pub(crate) public_url: String,
    pub(crate) address: SocketAddr,
    pub(crate) sign_in: SignIn,
    /// Where mails go, for people.
    pub(crate) mail: String,
    /// Where a monitoring system asks, if anywhere.
    pub(crate) metrics: Option<SocketAddr>,
    app: App,
    stop: watch::Sender<bool>,
    serving: JoinHandle<io::Result<()>>,
    watching: Option<JoinHandle<io::Result<()>>>,
    jobs: JoinHandle<()>,
}

impl Instance {
    /// Starts a vault, making it if there is none yet. It answers requests when this returns.
    pub(crate) async fn start(config: &Config) -> Result<Self, Failure> {
        // The port first: finding it taken must not leave a half-made vault behind.
        let listener = bind(config.listen).await?;
        let address = listener
            .local_addr()
            .map_err(|error| cannot_listen(config.listen, &error))?;
        let watch = Watch::bind(config).await?;
        folder::prepare(config)?;
        let public_url = config.public_url(address);
        let mailer = mailer(config, &public_url)?;
        let mail = mailer.describe();
        let app = open(config, config.database.clone(), &public_url, mailer).await?;
        let sign_in = first_sign_in(config, &app).await?;
        let (stop, stopping) = watch::channel(false);
        let jobs = tokio::spawn(jobs::run(app.clone(), stopping.clone()));
        let counters = watch.as_ref().map(|watch| watch.counters.clone());
        let metrics = watch.as_ref().map(|watch| watch.address);
        let watching = watch.map(|watch| watch.start(app.clone(), stopping.clone()));
        let router = oneclaw_server::router(app.clone(), server_config(config, counters));
        let serving = tokio::spawn(oneclaw_server::serve(listener, router, stopped(stopping)));
        Ok(Self {
            public_url,
            address,
            sign_in,
            mail,
            metrics,
            app,
            stop,
            serving,
            watching,
            jobs,
        })
    }

    /// The vault behind the server.
    pub(crate) fn app(&self) -> &App {
        &self.app
    }

    /// Waits until serving ends by itself, which it only does when something is wrong.
    pub(crate) async fn failed(&mut self) -> Failure {
        let failure = Failure::new(Exit::Failed, "the server ended");
        match (&mut self.serving).await {
            Ok(Ok(())) => failure,
            Ok(Err(error)) => failure.because(error),
            Err(error) => failure.because(error),
        }
    }

    /// Answers what is under way, makes everything durable, and closes the database.
    pub(crate) async fn stop(self) -> Result<(), Failure> {
        self.stop.send_replace(true);
        let served = self.serving.await;
        if let Some(watching) = self.watching {
            let _ = watching.await;
        }
        // Both tasks end by themselves; one that panicked has nothing more to lose.
        let _ = self.jobs.await;
        self.app.shut_down().await;
        let counts = self.app.commit_counts();
        tracing::debug!(
            groups = counts.groups,
            members = counts.members,
            largest = counts.largest,
            "stopped; commits by group"
        );
        match served {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Failure::new(Exit::Failed, "the server ended").because(error)),
            Err(error) => Err(Failure::new(Exit::Failed, "the server ended").because(error)),
        }
    }
}

/// Opens a vault that exists, for a command of its operator. Servers may run meanwhile.
pub(crate) async fn open_existing(config: &Config) -> Result<App, Failure> {
    if !config.master_key_file.exists() {
        let what = format!("there is no vault in {}", config.data_dir.display());
        return Err(Failure::new(Exit::NotFound, what)
            .because(format_args!(
                "there is no key file {}",
                config.master_key_file.display()
            ))
            .next("name its folder:  --data-dir FOLDER, or --config FILE"));
    }
    let public_url = config.public_url(config.listen);
    let mailer = mailer(config, &public_url)?;
    open(config, config.database.clone(), &public_url, mailer).await
}

/// Opens a vault with its settings, in this database and without any way for mail to leave, to see whether it opens.
pub(super) async fn open_silently(config: &Config, database: Database) -> Result<App, Failure> {
    let public_url = config.public_url(config.listen);
    let silent = Mailer::from_url(None, &config.mail_from(&public_url)).map_err(unusable_mail)?;
    open(config, database, &public_url, silent).await
}

async fn open(
    config: &Config,
    database: Database,
    public_url: &str,
    mail: Mailer,
) -> Result<App, Failure> {
    let settings = Settings {
        public_url: public_url.to_owned(),
        key_delivery: match config.key_delivery {
            args::KeyDelivery::Email => oneclaw_app::KeyDelivery::Email,
            args::KeyDelivery::Link => oneclaw_app::KeyDelivery::Link,
        },
        dev: config.dev,
        outbound_allow: TrustedNetworks::new(
            config
                .outbound_allow
                .iter()
                .map(|network| network.0)
                .collect(),
        ),
        google: config.google.clone(),
        federation: config.federation,
        oauth_registration: config.oauth_registration,
    };
    let opened = App::open(oneclaw_app::Config {
        database,
        master_key_file: config.master_key_file.clone(),
        mail,
        settings,
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
    });
    opened.await.map_err(|error| boot_failure(config, error))
}

fn mailer(config: &Config, public_url: &str) -> Result<Mailer, Failure> {
    let url = config.mail_url.as_ref().map(SecretString::expose);
    Mailer::from_url(url, &config.mail_from(public_url)).map_err(unusable_mail)
}

fn unusable_mail(error: MailUrlError) -> Failure {
    Failure::new(Exit::Usage, "the mail settings are not usable").because(error)
}

async fn first_sign_in(config: &Config, app: &App) -> Result<SignIn, Failure> {
    let failed = |error| {
        Failure::new(Exit::Unavailable, "the first account cannot be prepared").caused_by(&error)
    };
    if config.dev {
        let password = SecretString::from(DEMO_PASSWORD.to_owned());
        return match users::ensure_demo_owner(app, DEMO_OWNER, &password).await {
            // Another node that starts at this moment was first.
            Err(error) if matches!(error.kind(), Kind::Conflict) => Ok(SignIn::Demonstration),
            made => made.map(|()| SignIn::Demonstration).map_err(failed),
        };
    }
    let link = users::create_setup_link(app).await.map_err(failed)?;
    Ok(link.map_or(SignIn::Known, SignIn::SetUp))
}

/// The listener for a monitoring system.
struct Watch {
    listener: TcpListener,
    address: SocketAddr,
    counters: Metrics,
}

impl Watch {
    async fn bind(config: &Config) -> Result<Option<Self>, Failure> {
        let Some(address) = config.metrics_listen else {
            return Ok(None);
        };
        let listener = TcpListener::bind(address)
            .await
            .and_then(|listener| Ok((listener.local_addr()?, listener)));
        let (address, listener) = listener.map_err(|error| {
            let what = format!("cannot listen on {address} for a monitoring system");
            Failure::new(Exit::Unavailable, what)
                .because(error)
                .next("choose another address with --metrics-listen")
        })?;
        Ok(Some(Self {
            listener,
            address,
            counters: Metrics::new(),
        }))
    }

    fn start(self, app: App, stopping: watch::Receiver<bool>) -> JoinHandle<io::Result<()>> {
        let router = oneclaw_server::metrics_router(app, self.counters);
        tokio::spawn(oneclaw_server::serve(
            self.listener,
            router,
            stopped(stopping),
        ))
    }
}

fn server_config(config: &Config, metrics: Option<Metrics>) -> ServerConfig {
    ServerConfig {
        trusted_proxies: config
            .trusted_proxies
            .iter()
            .map(|network| network.0)
            .collect(),
        forwarded_header: match config.forwarded_header {
            args::ForwardedHeader::XForwardedFor => oneclaw_server::ForwardedHeader::XForwardedFor,
            args::ForwardedHeader::Forwarded => oneclaw_server::ForwardedHeader::Forwarded,
        },
        flood: config.flood_limits.then(FloodLimits::default),
        metrics,
    }
}

async fn stopped(mut stopping: watch::Receiver<bool>) {
    // A sender that is gone can never say stop, so it means stop.
    let _ = stopping.wait_for(|stop| *stop).await;
}

async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address)
        .await
        .map_err(|error| cannot_listen(address, &error))
}

fn cannot_listen(address: SocketAddr, error: &io::Error) -> Failure {
    let other = SocketAddr::new(address.ip(), address.port().wrapping_add(1));
    match error.kind() {
        io::ErrorKind::AddrInUse => Failure::new(
            Exit::Unavailable,
            format!("port {} is in use", address.port()),
        )
        .because(format_args!(
            "another program, perhaps another 1claw, listens on {address}"
        ))
        .next(format!("choose another:  1claw server --listen {other}")),
        io::ErrorKind::PermissionDenied => Failure::new(
            Exit::Failed,
            format!("port {} may not be used", address.port()),
        )
        .because("ports below 1024 are for privileged programs")
        .next("listen on a higher port and let a reverse proxy forward to it"),
        _ => Failure::new(Exit::Failed, format!("cannot listen on {address}")).because(error),
    }
}

/// Says what to do about a vault that does not open.
pub(super) fn boot_failure(config: &Config, error: BootError) -> Failure {
    let file = config.master_key_file.display();
    match error {
        BootError::MasterKey(MasterKeyError::TooOpen { mode, .. }) => Failure::new(
            Exit::Failed,
            format!("the master key file {file} has mode {mode:04o}"),
        )
        .because("others on this machine can read or change it")
        .next(format!("if you trust its content:  chmod 600 {file}")),
        BootError::MasterKey(MasterKeyError::Io { source, .. })
            if source.kind() == io::ErrorKind::NotFound =>
        {
            Failure::new(
                Exit::Failed,
                format!("the master key file {file} is missing"),
            )
            .because("the database was sealed with it, and nothing opens without it")
            .next("restore it from its backup, or name it with --master-key-file")
        }
        BootError::MasterKey(error) => {
            Failure::new(Exit::Failed, "the master key cannot be used").because(error)
        }
        BootError::OtherMasterKey(key) => Failure::new(
            Exit::Failed,
            format!("{file} is not the master key of this database"),
        )
        .because(format_args!(
            "the database was sealed with key {key}, which the file does not hold"
        ))
        .next("restore the file that belongs to this database"),
        BootError::Store(StoreError::Unavailable(error)) => {
            Failure::new(Exit::Unavailable, "the database cannot be opened").because(error)
        }
        BootError::Store(StoreError::Direct(error)) => {
            Failure::new(Exit::Unavailable, "the database cannot be opened").because(error)
        }
        BootError::Store(StoreError::Migration(error)) => {
            Failure::new(Exit::Failed, "the database cannot be brought up to date")
                .because(error)
                .next("if a newer 1claw has used this database, start that version")
        }
        error => Failure::new(Exit::Failed, "the vault cannot be opened").because(error),
    }
}
