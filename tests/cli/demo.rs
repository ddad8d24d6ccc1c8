//! `tallystick demo`: what a newcomer runs first.

use std::{collections::HashMap, path::Path};

use nix::sys::signal::Signal;

use super::program::{Running, program, run};
use crate::support::{
    client::Client,
    shop::{purchase, unnamed},
    temp_folder::TempFolder,
};

struct Demo {
    running: Running,
    variables: HashMap<String, String>,
    verify_url: String,
}

impl Demo {
    fn start(folder: &Path) -> Self {
        let data = folder.join("data");
        let mut command = program(&["demo", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()]);
        command.env("DATABASE_URL", "postgresql://not-used@127.0.0.1:1/x");
        let mut running = Running::start(&mut command, &folder.join("log"));
        let guide = running.lines_until("Stop with Ctrl-C");
        let exports = guide.iter().filter_map(|line| line.trim().strip_prefix("export "));
        let assignments = exports.flat_map(|line| line.split('#').next().unwrap().split_whitespace());
        let variables = assignments
            .filter_map(|assignment| assignment.split_once('='))
            .map(|(k, v)| (k.into(), v.into()))
            .collect();
        let verify = guide.iter().find(|line| line.starts_with("Prove the books")).unwrap();
        let verify_url = verify.split('\'').nth(1).unwrap().to_owned();
        Self { running, variables, verify_url }
    }

    fn client(&self, key: &str) -> Client {
        let address = self.variables["API"].strip_prefix("http://").unwrap().parse().unwrap();
        Client::new(address, Some(&self.variables[key]))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_sells_on_credit_and_keeps_its_data_through_kill_9_and_ctrl_c() {
    let folder = TempFolder::created();
    let demo = Demo::start(folder.path());
    let customer = demo.variables["CUSTOMER"].clone();
    let body = purchase(&customer, &[(&demo.variables["PRODUCT"], 2)]);
    let client = demo.client("KEY");
    let order = client.move_with("my-first-purchase", "/v1/purchases", &body).await.expect(201);
    let overdue = client.get("/v1/overdue-customers").await.expect(200);
    assert_eq!(overdue["data"][0]["days"], 45);
    let unknown = demo.client("OTHER_KEY").get(&format!("/v1/customers/{customer}")).await;
    unknown.expect_problem(404, "customer_not_found");
    run(program(&["verify"]).env("TALLYSTICK_MIGRATE_DATABASE_URL", &demo.verify_url)).expect(0);
    let (first, first_verify_url) = (demo.variables.clone(), demo.verify_url.clone());
    demo.running.signal(Signal::SIGKILL);
    assert_eq!(demo.running.wait(), None);

    let demo = Demo::start(folder.path());
    for variable in ["KEY", "CUSTOMER", "PRODUCT", "OTHER_KEY"] {
        assert_eq!(demo.variables[variable], first[variable]);
    }
    assert_eq!(demo.verify_url, first_verify_url);
    let replay = demo.client("KEY").move_with("my-first-purchase", "/v1/purchases", &body).await;
    assert!(replay.is_replay());
    assert_eq!(replay.expect(201), order);
    demo.running.signal(Signal::SIGINT);
    assert_eq!(demo.running.wait(), Some(0));

    let demo = Demo::start(folder.path());
    let path = format!("/v1/orders/{}", order["id"].as_str().unwrap());
    assert_eq!(unnamed(demo.client("KEY").get(&path).await.expect(200)), order);
    demo.running.signal(Signal::SIGTERM);
    assert_eq!(demo.running.wait(), Some(0));
}
