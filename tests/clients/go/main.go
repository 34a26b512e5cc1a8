// The clients that Go programs (Terraform's provider among them) have: EMR over JSON 1.1, CloudWatch over Smithy's CBOR.
// Prints "ok NAME" and "not ok NAME: why" lines. Endpoint and keys come from the environment.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/emr"
	emrtypes "github.com/aws/aws-sdk-go-v2/service/emr/types"
	"github.com/aws/smithy-go"
)

var (
	ctx = context.Background()
	bad = 0
)

func config(region string) aws.Config {
	return aws.Config{
		Region:       region,
		BaseEndpoint: aws.String(os.Getenv("AWS_ENDPOINT_URL")),
		Credentials: credentials.NewStaticCredentialsProvider(os.Getenv("AWS_ACCESS_KEY_ID"),
			os.Getenv("AWS_SECRET_ACCESS_KEY"), ""),
	}
}

func check(name string, f func() error) {
	if err := f(); err != nil {
		fmt.Printf("not ok %s: %v\n", name, err)
		bad++
		return
	}
	fmt.Printf("ok %s\n", name)
}

func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return fmt.Sprint(err)
}

func runCluster(c *emr.Client, id *string) error {
	out, err := c.RunJobFlow(ctx, &emr.RunJobFlowInput{
		Name: aws.String("go"), ReleaseLabel: aws.String("emr-7.5.0"), ServiceRole: aws.String("EMR_DefaultRole"),
		Instances: &emrtypes.JobFlowInstancesConfig{KeepJobFlowAliveWhenNoSteps: aws.Bool(true),
			InstanceGroups: []emrtypes.InstanceGroupConfig{
				{InstanceRole: emrtypes.InstanceRoleTypeMaster, InstanceType: aws.String("m5.xlarge"), InstanceCount: aws.Int32(1)},
				{InstanceRole: emrtypes.InstanceRoleTypeCore, InstanceType: aws.String("m5.xlarge"), InstanceCount: aws.Int32(1)}}},
		Tags: []emrtypes.Tag{{Key: aws.String("team"), Value: aws.String("data")}}})
	if err != nil {
		return err
	}
	*id = *out.JobFlowId
	waiter := emr.NewClusterRunningWaiter(c, func(o *emr.ClusterRunningWaiterOptions) { o.MinDelay, o.MaxDelay = time.Second/10, time.Second })
	return waiter.Wait(ctx, &emr.DescribeClusterInput{ClusterId: id}, time.Minute)
}

func runStep(c *emr.Client, id string) error {
	out, err := c.AddJobFlowSteps(ctx, &emr.AddJobFlowStepsInput{JobFlowId: &id, Steps: []emrtypes.StepConfig{{
		Name: aws.String("one"), ActionOnFailure: emrtypes.ActionOnFailureContinue,
		HadoopJarStep: &emrtypes.HadoopJarStepConfig{Jar: aws.String("command-runner.jar"), Args: []string{"bash", "-c", "true"}}}}})
	if err != nil {
		return err
	}
	waiter := emr.NewStepCompleteWaiter(c, func(o *emr.StepCompleteWaiterOptions) { o.MinDelay, o.MaxDelay = time.Second/10, time.Second })
	return waiter.Wait(ctx, &emr.DescribeStepInput{ClusterId: &id, StepId: &out.StepIds[0]}, time.Minute)
}

// What Terraform reads of a cluster: one of the two lists fails, and that is expected.
func readLikeTerraform(c *emr.Client, id string) error {
	d, err := c.DescribeCluster(ctx, &emr.DescribeClusterInput{ClusterId: &id})
	if err != nil {
		return err
	}
	if d.Cluster.InstanceCollectionType != emrtypes.InstanceCollectionTypeInstanceGroup || *d.Cluster.Tags[0].Value != "data" {
		return fmt.Errorf("cluster: %v", d.Cluster)
	}
	g, err := c.ListInstanceGroups(ctx, &emr.ListInstanceGroupsInput{ClusterId: &id})
	if err != nil || len(g.InstanceGroups) != 2 {
		return fmt.Errorf("groups: %v %v", g, err)
	}
	_, err = c.ListInstanceFleets(ctx, &emr.ListInstanceFleetsInput{ClusterId: &id})
	var invalid *emrtypes.InvalidRequestException
	if !errors.As(err, &invalid) {
		return fmt.Errorf("fleets of a cluster of groups: %v", err)
	}
	policy, err := c.GetAutoTerminationPolicy(ctx, &emr.GetAutoTerminationPolicyInput{ClusterId: &id})
	if err != nil || policy.AutoTerminationPolicy != nil {
		return fmt.Errorf("policy: %v %v", policy, err)
	}
	return nil
}

func unknownCluster(c *emr.Client) error {
	_, err := c.DescribeCluster(ctx, &emr.DescribeClusterInput{ClusterId: aws.String("j-0000000000000")})
	var invalid *emrtypes.InvalidRequestException
	if !errors.As(err, &invalid) || aws.ToString(invalid.ErrorCode_) != "NoSuchCluster" {
		return fmt.Errorf("got %v", err)
	}
	return nil
}

func terminate(c *emr.Client, id string) error {
	if _, err := c.TerminateJobFlows(ctx, &emr.TerminateJobFlowsInput{JobFlowIds: []string{id}}); err != nil {
		return err
	}
	waiter := emr.NewClusterTerminatedWaiter(c, func(o *emr.ClusterTerminatedWaiterOptions) { o.MinDelay, o.MaxDelay = time.Second/10, time.Second })
	return waiter.Wait(ctx, &emr.DescribeClusterInput{ClusterId: &id}, time.Minute)
}

func metrics(c *cloudwatch.Client) error {
	now := time.Now().UTC().Truncate(time.Minute).Add(-2 * time.Minute)
	_, err := c.PutMetricData(ctx, &cloudwatch.PutMetricDataInput{Namespace: aws.String("go"), MetricData: []cwtypes.MetricDatum{
		{MetricName: aws.String("n"), Timestamp: &now, Value: aws.Float64(3), Unit: cwtypes.StandardUnitCount,
			Dimensions: []cwtypes.Dimension{{Name: aws.String("d"), Value: aws.String("é")}}},
		{MetricName: aws.String("n"), Timestamp: &now, Value: aws.Float64(4.5), Unit: cwtypes.StandardUnitCount,
			Dimensions: []cwtypes.Dimension{{Name: aws.String("d"), Value: aws.String("é")}}}}})
	if err != nil {
		return err
	}
	end := now.Add(time.Minute)
	out, err := c.GetMetricData(ctx, &cloudwatch.GetMetricDataInput{StartTime: &now, EndTime: &end, MetricDataQueries: []cwtypes.MetricDataQuery{
		{Id: aws.String("a"), MetricStat: &cwtypes.MetricStat{Period: aws.Int32(60), Stat: aws.String("Sum"), Metric: &cwtypes.Metric{
			Namespace: aws.String("go"), MetricName: aws.String("n"),
			Dimensions: []cwtypes.Dimension{{Name: aws.String("d"), Value: aws.String("é")}}}}},
		{Id: aws.String("b"), Expression: aws.String("a * 2")}}})
	if err != nil {
		return err
	}
	for _, r := range out.MetricDataResults {
		want := map[string]float64{"a": 7.5, "b": 15}[*r.Id]
		if len(r.Values) != 1 || r.Values[0] != want || !r.Timestamps[0].Equal(now) {
			return fmt.Errorf("%s: %v at %v", *r.Id, r.Values, r.Timestamps)
		}
	}
	return nil
}

func alarm(c *cloudwatch.Client) error {
	_, err := c.PutMetricAlarm(ctx, &cloudwatch.PutMetricAlarmInput{AlarmName: aws.String("go-alarm"), Namespace: aws.String("go"),
		MetricName: aws.String("n"), Period: aws.Int32(60), EvaluationPeriods: aws.Int32(2), Threshold: aws.Float64(1.5),
		ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanThreshold, Statistic: cwtypes.StatisticAverage})
	if err != nil {
		return err
	}
	out, err := c.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"go-alarm"}})
	if err != nil || len(out.MetricAlarms) != 1 {
		return fmt.Errorf("%v %v", out, err)
	}
	a := out.MetricAlarms[0]
	if *a.Threshold != 1.5 || *a.Period != 60 || a.StateUpdatedTimestamp == nil || time.Since(*a.StateUpdatedTimestamp) > time.Hour {
		return fmt.Errorf("%+v", a)
	}
	_, err = c.DeleteAlarms(ctx, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"go-alarm"}})
	return err
}

func cloudwatchErrors(c *cloudwatch.Client) error {
	_, err := c.SetAlarmState(ctx, &cloudwatch.SetAlarmStateInput{AlarmName: aws.String("no such"), StateValue: cwtypes.StateValueOk,
		StateReason: aws.String("test")})
	if code(err) != "ResourceNotFound" && code(err) != "ResourceNotFoundException" {
		return fmt.Errorf("got %v", err)
	}
	return nil
}

func regions() error {
	out, err := emr.NewFromConfig(config("eu-central-1")).ListClusters(ctx, &emr.ListClustersInput{})
	if err != nil || len(out.Clusters) != 0 {
		return fmt.Errorf("%v %v", out, err)
	}
	return nil
}

func main() {
	e, c := emr.NewFromConfig(config("us-east-1")), cloudwatch.NewFromConfig(config("us-east-1"))
	id := ""
	check("run a cluster and wait", func() error { return runCluster(e, &id) })
	check("add a step and wait", func() error { return runStep(e, id) })
	check("read as Terraform does", func() error { return readLikeTerraform(e, id) })
	check("unknown cluster", func() error { return unknownCluster(e) })
	check("regions are worlds of their own", regions)
	check("terminate and wait", func() error { return terminate(e, id) })
	check("metrics and math over CBOR", func() error { return metrics(c) })
	check("alarms over CBOR", func() error { return alarm(c) })
	check("errors over CBOR", func() error { return cloudwatchErrors(c) })
	if bad > 0 {
		os.Exit(1)
	}
}
