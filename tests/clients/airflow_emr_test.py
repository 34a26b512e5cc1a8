#!/usr/bin/env python3
"""Airflow's EMR operators, sensors, hook and triggers (its Amazon provider) against a live server. Put there by
.ci/clients.sh; skipped where it is not."""
import asyncio
import json
import os
import sys
import tempfile
import unittest
from unittest import mock

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "lib")]
from clients import program  # noqa: E402
from stoker_server import Server  # noqa: E402

PYTHON = program("airflow")
if PYTHON and os.environ.get("STOKER_TEST_AIRFLOW") != "1":
    os.execve(PYTHON, [PYTHON] + sys.argv, dict(os.environ, STOKER_TEST_AIRFLOW="1"))

if PYTHON:
    HOME = tempfile.TemporaryDirectory(prefix="stoker-airflow-")
    os.environ.update(AIRFLOW_HOME=HOME.name, AIRFLOW__CORE__UNIT_TEST_MODE="True",
                      AIRFLOW__CORE__LOAD_EXAMPLES="False", AIRFLOW__LOGGING__LOGGING_LEVEL="ERROR")
    from airflow.exceptions import AirflowException, TaskDeferred
    from airflow.providers.amazon.aws.hooks.base_aws import AwsGenericHook
    from airflow.providers.amazon.aws.hooks.emr import EmrHook
    from airflow.providers.amazon.aws.operators.emr import (
        EmrAddStepsOperator, EmrCreateJobFlowOperator, EmrModifyClusterOperator, EmrStartNotebookExecutionOperator,
        EmrTerminateJobFlowOperator)
    from airflow.providers.amazon.aws.sensors.emr import (
        EmrJobFlowSensor, EmrNotebookExecutionSensor, EmrStepSensor)
    from airflow.providers.amazon.aws.utils.waiter import WaitPolicy


def job_flow(name, keep=True, **more):
    return {"Name": name, "ReleaseLabel": "emr-7.1.0", "ServiceRole": "EMR_DefaultRole",
            "JobFlowRole": "EMR_EC2_DefaultRole", "LogUri": "s3://logs/airflow/", "Instances": {
                "InstanceGroups": [{"Name": "m", "InstanceRole": "MASTER", "InstanceType": "m5.xlarge",
                                    "InstanceCount": 1, "Market": "ON_DEMAND"}],
                "KeepJobFlowAliveWhenNoSteps": keep}, **more}


def step(name, *args, action="CONTINUE"):
    return {"Name": name, "ActionOnFailure": action,
            "HadoopJarStep": {"Jar": "command-runner.jar", "Args": list(args)}}


@unittest.skipUnless(PYTHON, "run .ci/clients.sh airflow: Airflow is not installed")
class Airflow(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        e = cls.server.call("Stoker.GetEnvironment")
        os.environ["AIRFLOW_CONN_AWS_DEFAULT"] = json.dumps({
            "conn_type": "aws", "login": e["AccessKeyId"], "password": e["SecretAccessKey"],
            "extra": {"region_name": e["Region"], "endpoint_url": e["Endpoint"],
                      "service_config": {"sts": {"endpoint_url": e["Endpoint"]}}}})
        cls.cid = cls.run_operator(EmrCreateJobFlowOperator(
            task_id="create", emr_conn_id=None, job_flow_overrides=job_flow("shared"),
            wait_policy=WaitPolicy.WAIT_FOR_COMPLETION, waiter_delay=1, waiter_max_attempts=60))

    @staticmethod
    def context():
        return {"ti": mock.MagicMock(), "task_instance": mock.MagicMock(), "task": mock.MagicMock()}

    @classmethod
    def run_operator(cls, op):
        return op.execute(cls.context())

    def state(self, cid):
        return self.server.call("DescribeCluster", {"ClusterId": cid})["Cluster"]["Status"]["State"]

    def test_connection(self):
        """The button that tests a connection: it asks STS who it is."""
        good, said = AwsGenericHook(aws_conn_id="aws_default").test_connection()
        self.assertTrue(good, said)
        self.assertIn("arn:aws:iam::000000000000:root", said)

    def test_created_and_waited_for(self):
        self.assertEqual(self.state(self.cid), "WAITING")

    def test_cluster_by_name(self):
        self.assertEqual(EmrHook(aws_conn_id="aws_default").get_cluster_id_by_name("shared", ["WAITING", "RUNNING"]),
                         self.cid)

    def test_add_steps_and_sensors(self):
        ids = self.run_operator(EmrAddStepsOperator(
            task_id="add", job_flow_id=self.cid, steps=[step("a", "true"), step("b", "true")],
            wait_for_completion=True, waiter_delay=1, waiter_max_attempts=60,
            execution_role_arn="arn:aws:iam::123456789012:role/run"))
        self.assertEqual(len(ids), 2)
        for sid in ids:
            s = self.server.call("DescribeStep", {"ClusterId": self.cid, "StepId": sid})["Step"]
            self.assertEqual((s["Status"]["State"], s["ExecutionRoleArn"]),
                             ("COMPLETED", "arn:aws:iam::123456789012:role/run"))
            self.assertTrue(EmrStepSensor(task_id="sense", job_flow_id=self.cid, step_id=sid).poke(self.context()))
        sensor = EmrJobFlowSensor(task_id="flow", job_flow_id=self.cid, target_states=["WAITING"])
        self.assertTrue(sensor.poke(self.context()))

    def test_steps_by_cluster_name(self):
        ids = self.run_operator(EmrAddStepsOperator(
            task_id="add", job_flow_name="shared", cluster_states=["WAITING", "RUNNING"], steps=[step("n", "true")],
            wait_for_completion=True, waiter_delay=1, waiter_max_attempts=60))
        self.assertEqual(len(ids), 1)

    def test_failed_step_says_why(self):
        add = EmrAddStepsOperator(task_id="add", job_flow_id=self.cid, waiter_delay=1, waiter_max_attempts=60,
                                  wait_for_completion=True,
                                  steps=[step("bad", "bash", "-c", "echo the reason >&2; exit 3")])
        with self.assertRaises(AirflowException):
            self.run_operator(add)
        sid = self.server.call("ListSteps", {"ClusterId": self.cid, "StepStates": ["FAILED"]})["Steps"][0]["Id"]
        with self.assertRaises(AirflowException) as caught:
            EmrStepSensor(task_id="sense", job_flow_id=self.cid, step_id=sid).poke(self.context())
        self.assertIn("the reason", str(caught.exception))
        self.assertIn(sid, str(caught.exception))

    def test_transient_cluster_until_it_ends(self):
        cid = self.run_operator(EmrCreateJobFlowOperator(
            task_id="create", emr_conn_id=None, job_flow_overrides=job_flow("once", False, Steps=[step("a", "true")]),
            wait_policy=WaitPolicy.WAIT_FOR_STEPS_COMPLETION, waiter_delay=1, waiter_max_attempts=60))
        self.assertEqual(self.state(cid), "TERMINATED")
        self.assertTrue(EmrJobFlowSensor(task_id="flow", job_flow_id=cid).poke(self.context()))

    def test_cluster_that_fails(self):
        create = EmrCreateJobFlowOperator(
            task_id="create", emr_conn_id=None, wait_policy=WaitPolicy.WAIT_FOR_STEPS_COMPLETION, waiter_delay=1,
            waiter_max_attempts=60,
            job_flow_overrides=job_flow("fails", False, Steps=[step("a", "false", action="TERMINATE_CLUSTER")]))
        with self.assertRaises(Exception) as caught:
            self.run_operator(create)
        self.assertIn("TERMINATED_WITH_ERRORS", str(caught.exception))
        cid = create._job_flow_id
        with self.assertRaises(AirflowException) as caught:
            EmrJobFlowSensor(task_id="flow", job_flow_id=cid).poke(self.context())
        self.assertIn("Shut down as step failed", str(caught.exception))

    def test_modify_and_terminate(self):
        cid = self.run_operator(EmrCreateJobFlowOperator(task_id="create", emr_conn_id=None,
                                                         job_flow_overrides=job_flow("modify")))
        self.assertEqual(self.run_operator(EmrModifyClusterOperator(task_id="modify", cluster_id=cid,
                                                                    step_concurrency_level=5)), 5)
        self.run_operator(EmrTerminateJobFlowOperator(task_id="end", job_flow_id=cid))
        self.assertTrue(self.state(cid).startswith("TERMINAT"))

    def test_on_kill(self):
        create = EmrCreateJobFlowOperator(task_id="create", emr_conn_id=None, job_flow_overrides=job_flow("killed"))
        cid = self.run_operator(create)
        create.on_kill()
        self.assertTrue(self.state(cid).startswith("TERMINAT"))

    def test_notebook(self):
        start = EmrStartNotebookExecutionOperator(
            task_id="notebook", editor_id="e-1", relative_path="n.ipynb", cluster_id=self.cid, service_role="r")
        nid = self.run_operator(start)
        self.assertRegex(nid, "^ex-")
        with self.assertRaises(AirflowException) as caught:
            EmrNotebookExecutionSensor(task_id="sense", notebook_execution_id=nid).poke(self.context())
        self.assertIn("Notebooks cannot run on this server", str(caught.exception))

    # ---- deferrable: the operator hands over to a trigger ----

    def deferred(self, op):
        with self.assertRaises(TaskDeferred) as caught:
            self.run_operator(op)

        async def first():
            async for event in caught.exception.trigger.run():
                return event
        event = asyncio.run(asyncio.wait_for(first(), 60))
        return getattr(op, caught.exception.method_name)(self.context(), event=event.payload)

    def test_deferred_life(self):
        cid = self.deferred(EmrCreateJobFlowOperator(
            task_id="create", emr_conn_id=None, job_flow_overrides=job_flow("deferred"), deferrable=True,
            wait_policy=WaitPolicy.WAIT_FOR_COMPLETION, waiter_delay=1, waiter_max_attempts=60))
        self.assertEqual(self.state(cid), "WAITING")
        ids = self.deferred(EmrAddStepsOperator(
            task_id="add", job_flow_id=cid, steps=[step("a", "true"), step("b", "sleep", "1")], deferrable=True,
            wait_for_completion=True, waiter_delay=1, waiter_max_attempts=60))
        self.assertEqual(len(ids), 2)
        self.deferred(EmrTerminateJobFlowOperator(task_id="end", job_flow_id=cid, deferrable=True, waiter_delay=1,
                                                  waiter_max_attempts=60))
        self.assertEqual(self.state(cid), "TERMINATED")


if __name__ == "__main__":
    unittest.main()
